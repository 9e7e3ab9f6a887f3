"""What a FastDFS file id says: python file_id.py group1/M00/00/00/NAME.ext"""

import base64
import struct
import sys
from datetime import UTC, datetime


# part: parse
def parse(file_id):
    group, path, high, low, name = file_id.split("/")
    stem, _, extension = name.partition(".")
    # 27个字符 → 20字节
    raw = base64.b64decode(stem[:27] + "=", b"-_")
    fields = struct.unpack(">4sIQI", raw)
    source, created, size, crc32 = fields
    number = int.from_bytes(source, "little")
    if number >= 1 << 24:  # 不是编号，是IPv4地址
        number = ".".join(map(str, source))
    created = datetime.fromtimestamp(created, UTC)
    if size >> 63:  # 高32位只是标志和随机数
        appender = size >> 58 & 1
        size = None if appender else size & 0xFFFF_FFFF
    return {
        "group": group,
        "store_path": path,
        "directory": f"{high}/{low}",
        "source": number,
        "created": created,
        "size": size,  # appender文件的大小不在里面
        "crc32": f"{crc32:08x}",
        "extension": extension,
    }


# part: end


if __name__ == "__main__":
    for key, value in parse(sys.argv[1]).items():
        print(f"{key:10} {value}")
