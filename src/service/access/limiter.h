// Who keeps count of what keys use. A request is admitted or refused at once; an admitted one holds
// a Reservation until it ends, however it ends.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "common/base/status.h"
#include "service/access/limits.h"

namespace lemma::access {

class Limiter;

// What an admitted request holds. Settle when it has ended, also when it was cancelled, with the
// tokens that it did use; one that is destroyed unsettled never ran and gives all of them back.
// One thread at a time; its limiter outlives it.
class Reservation {
 public:
  Reservation() = default;  // holds nothing
  Reservation(Limiter* limiter, std::string id, std::string key_id, const Claim& claim)
      : limiter_(limiter), id_(std::move(id)), key_id_(std::move(key_id)), claim_(claim) {}
  Reservation(Reservation&& other) noexcept { *this = std::move(other); }
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation() { Settle(0); }

  // The first call counts. Waits where the limiter blocks.
  void Settle(int64_t n_used);
  bool settling_blocks() const;

  const std::string& id() const { return id_; }  // "" in a limiter that needs none
  const std::string& key_id() const { return key_id_; }
  const Claim& claim() const { return claim_; }

 private:
  Limiter* limiter_ = nullptr;  // null: settled
  std::string id_;
  std::string key_id_;
  Claim claim_;
};

struct Admission {
  Verdict verdict;
  Reservation reservation;  // holds nothing where refused
};

// Thread-safe.
class Limiter {
 public:
  virtual ~Limiter() = default;

  // Whether Admit and Settle wait for more than a mutex, a database: not for an I/O thread.
  virtual bool blocks() const = 0;

  // `n_tokens`: the prompt's and all that it may generate, 0..kRequestTokensMax.
  // Errors: kUnavailable and others of a database, where there is one; never for a refusal.
  virtual Result<Admission> Admit(const std::string& key_id, const KeyLimits& limits,
                                  int64_t n_tokens) = 0;

 private:
  friend class Reservation;
  virtual void Settle(const Reservation& reservation, int64_t n_used) = 0;
};

inline void Reservation::Settle(int64_t n_used) {
  if (Limiter* limiter = std::exchange(limiter_, nullptr)) limiter->Settle(*this, n_used);
}

inline bool Reservation::settling_blocks() const {
  return limiter_ != nullptr && limiter_->blocks();
}

inline Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this == &other) return *this;
  Settle(0);
  limiter_ = std::exchange(other.limiter_, nullptr);
  id_ = std::move(other.id_);
  key_id_ = std::move(other.key_id_);
  claim_ = other.claim_;
  return *this;
}

}  // namespace lemma::access
