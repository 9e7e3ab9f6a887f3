"""A URL for a file that only whoever knows the key can make."""

import hashlib


# part: sign
def sign(file_id, key, now):
    path = file_id.partition("/")[2]  # 不含组名
    text = f"{path}{key}{int(now)}"
    token = hashlib.md5(text.encode()).hexdigest()
    return f"/{file_id}?token={token}&ts={int(now)}"


# part: end
