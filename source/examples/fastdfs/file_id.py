"""What a FastDFS file id says: python file_id.py group1/M00/00/00/NAME.ext"""

import base64
import struct
import sys
from datetime import UTC, datetime


# part: parse
def parse(file_id):
    group, path, high, low, name = file_id.split("/")
    stem, _, extension = name.partition(".")
    raw = base64.b64decode(stem[:27] + "=", altchars=b"-_")  # 27个字符 → 20字节
    source, created, size, crc32 = struct.unpack(">4sIQI", raw)
    number = int.from_bytes(source, "little")  # 编号不超过3个字节，更大的是IPv4地址
    return {
        "group": group,
        "store_path": path,
        "directory": f"{high}/{low}",
        "source": number if number < 1 << 24 else ".".join(map(str, source)),
        "created": datetime.fromtimestamp(created, UTC),
        "size": size & 0xFFFF_FFFF,  # 高32位是标志和随机数
        "crc32": f"{crc32:08x}",
        "extension": extension,
    }


# part: end


if __name__ == "__main__":
    for key, value in parse(sys.argv[1]).items():
        print(f"{key:10} {value}")
