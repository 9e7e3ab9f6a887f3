# part: workers
workers = 3  # 从2×核数+1起，压测再定
worker_class = "gthread"
threads = 4  # 同时处理3×4个请求
timeout = 30  # worker这么久没有心跳，就被杀掉
graceful_timeout = 30  # 停止时，给手上请求的时间
max_requests = 1000  # 处理这么多就换新的，防内存泄漏
max_requests_jitter = 100  # 错开，不要一起换
# part: end
