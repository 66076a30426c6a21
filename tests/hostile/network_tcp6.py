# verdict: sandbox_refused
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
s.connect(("::1", 5432))
