"""pip install py3Fdfs; python upload.py client.conf"""

# part: roundtrip
import sys

from fdfs_client.client import (
    Fdfs_client,
    get_tracker_conf,
)

client = Fdfs_client(get_tracker_conf(sys.argv[1]))
sent = client.upload_by_buffer(b"hello", "txt")
file_id = sent["Remote file_id"]  # bytes，不是str
print("upload  ", file_id.decode())
got = client.download_to_buffer(file_id)
print("download", got["Content"].decode())
print("delete  ", client.delete_file(file_id)[0])
# part: end
