# part: health
FROM busybox:1.37
HEALTHCHECK --interval=1s --timeout=1s --retries=2 CMD ["test", "-f", "/tmp/ok"]
CMD ["sh", "-c", "touch /tmp/ok; sleep 4; rm /tmp/ok; sleep 300"]
# part: end
