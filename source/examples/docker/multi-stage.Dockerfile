# part: stages
FROM busybox:1.37 AS build
RUN dd if=/dev/zero of=/toolchain bs=1M count=8 && echo app > /app.bin

FROM busybox:1.37
COPY --from=build /app.bin /app.bin
CMD ["cat", "/app.bin"]
# part: end
