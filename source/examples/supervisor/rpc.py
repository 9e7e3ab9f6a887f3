"""Ask supervisord what is not running: python rpc.py unix:///path/to/s.sock"""

import sys

# part: rpc
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

socket = SupervisorTransport(serverurl=sys.argv[1])
rpc = ServerProxy("http://localhost", transport=socket)
for info in rpc.supervisor.getAllProcessInfo():
    if info["statename"] != "RUNNING":
        print(info["name"], info["statename"], info["spawnerr"])
# part: end
