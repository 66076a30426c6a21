# verdict: sandbox_refused
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"x", ("169.254.169.254", 80))
