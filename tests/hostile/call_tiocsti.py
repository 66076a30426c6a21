# verdict: sandbox_refused
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSTI, b"x")
