#include "app/serve_lock.h"

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace lemma::app {
namespace {

// A process that was killed has its files until its memory is gone.
constexpr std::chrono::milliseconds kPatience{3000};
constexpr std::chrono::milliseconds kPoll{50};

}  // namespace

Result<FileLock> TakeServeLock(const std::filesystem::path& database) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    LEMMA_ASSIGN_OR_RETURN(std::optional<FileLock> lock,
                           FileLock::TryTake(database.string() + ".serve-lock"));
    if (lock) return std::move(*lock);
    if (std::chrono::steady_clock::now() >= until) break;
    std::this_thread::sleep_for(kPoll);
  }
  return Unavailable(database.string() +
                     ": another `lemma serve` serves from this file, and counts the limits of its "
                     "keys by itself. End that one, or give this one its own --data-dir; several "
                     "can share a PostgreSQL database (--database)");
}

}  // namespace lemma::app
