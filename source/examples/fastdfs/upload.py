"""pip install py3Fdfs; python upload.py client.conf"""

import sys

# part: roundtrip
from fdfs_client.client import Fdfs_client, get_tracker_conf

client = Fdfs_client(get_tracker_conf(sys.argv[1]))
file_id = client.upload_by_buffer(b"hello", "txt")["Remote file_id"]  # bytes，不是str
print("upload  ", file_id.decode())
print("download", client.download_to_buffer(file_id)["Content"].decode())
print("delete  ", client.delete_file(file_id)[0])
# part: end
