# part: late
FROM busybox:1.37
RUN dd if=/dev/zero of=/big bs=1M count=5
RUN rm /big
# part: same

FROM busybox:1.37
RUN dd if=/dev/zero of=/big bs=1M count=5 && rm /big
# part: end
