# verdict: output_limit
import sys
sys.stdout.write("42\n" * (1 << 20))
