# part: arg
FROM busybox:1.37
ARG TOKEN
RUN echo "$TOKEN" > /dev/null
# part: secret

FROM busybox:1.37
RUN --mount=type=secret,id=token cat /run/secrets/token > /dev/null
# part: end
