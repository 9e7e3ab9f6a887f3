"""A WSGI application that says which worker answered."""

import os


def application(environ, start_response):
    body = f"{os.getpid()} {environ['PATH_INFO']}\n".encode()
    start_response(
        "200 OK",
        [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))],
    )
    return [body]
