"""Where a small file lies in its trunk file: python trunk_id.py group1/M00/00/00/NAME.ext"""

import base64
import struct
import sys


# part: parse
def where(file_id):
    name = file_id.rpartition("/")[2]
    # 前27个字符与普通文件一样，接着的16个是12字节
    raw = base64.b64decode(name[27:43], b"-_")
    trunk, offset, size = struct.unpack(">III", raw)
    return f"{trunk:06}", offset, size


# part: end


if __name__ == "__main__":
    print(*where(sys.argv[1]))
