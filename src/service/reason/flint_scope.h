// Scoped variables of FLINT's and Arb's types, which C initialises and clears by hand.
//
// Threads: one owner per object.
#pragma once

#include <acb.h>
#include <flint/fmpq.h>

namespace lemma::reason {

template <typename T, void (*Init)(T*), void (*Clear)(T*)>
class FlintScope {
 public:
  FlintScope() { Init(&value_); }
  ~FlintScope() { Clear(&value_); }
  FlintScope(const FlintScope&) = delete;
  FlintScope& operator=(const FlintScope&) = delete;
  operator T*() { return &value_; }
  T* get() { return &value_; }

 private:
  T value_;
};

using Integer = FlintScope<fmpz, [](fmpz* x) { fmpz_init(x); }, [](fmpz* x) { fmpz_clear(x); }>;
using Fraction = FlintScope<fmpq, [](fmpq* x) { fmpq_init(x); }, [](fmpq* x) { fmpq_clear(x); }>;
using Magnitude =
    FlintScope<mag_struct, [](mag_struct* x) { mag_init(x); }, [](mag_struct* x) { mag_clear(x); }>;
using ComplexBall =
    FlintScope<acb_struct, [](acb_struct* x) { acb_init(x); }, [](acb_struct* x) { acb_clear(x); }>;

}  // namespace lemma::reason
