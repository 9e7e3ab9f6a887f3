"""pip install fastdfs-client; python upload.py client.conf"""

import sys

from fastdfs_client import FastdfsClient

# part: roundtrip
client = FastdfsClient(sys.argv[1])
file_id = client.upload_by_buffer(b"hello", "txt")["Remote file_id"]
data = client.download_to_buffer(file_id)["Content"]
assert data == b"hello"
client.delete_file(file_id)
# part: end
