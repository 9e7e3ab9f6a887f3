# part: both
FROM busybox:1.37
COPY src.tar.gz /copy/
ADD src.tar.gz /add/
# part: end
