# Problems of lemma-mini's families whose numbers are far too large for it, for the loop guard's
# measurements (docs/measurements.md): awk -f bench/loop_prone.awk > loop.jsonl
# The answers are of no use: 0 each.

# Park and Miller's generator, so that every awk makes the same: exact in doubles.
function next_random(below) {
  state = (state * 16807) % 2147483647
  return state % below
}

function problem(text) {
  printf "{\"problem\": \"%s\", \"answer\": \"0\"}\n", text
}

BEGIN {
  state = 7
  for (i = 0; i < 20; ++i) {
    sum = next_random(900) + 100
    for (k = 1; k < 60; ++k) sum = sum " + " (next_random(900) + 100)
    problem("What is " sum "?")
    problem("Find the prime factorisation of " (next_random(8999) + 1000) (next_random(899999) + 100000) ".")
    digits = ""
    for (k = 0; k < 60 + 7 * i; ++k) digits = digits (i % 10)
    problem("What is the remainder when 1" digits " is divided by " (next_random(90) + 10) "?")
    problem("List all primes up to " (next_random(2000) + 1000) ".")
    problem("Write the digits " i % 10 ", " (i + 3) % 10 " a hundred times.")
  }
}
