# verdict: sandbox_refused
import socket
socket.getaddrinfo("example.com", 80)
