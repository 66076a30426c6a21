# verdict: time_limit time_ms=150
import re
re.match(r'(a+)+$', 'a' * 64 + 'b')
