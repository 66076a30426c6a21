// One `lemma serve` at a time on a SQLite database: it counts limits in its own memory.
#pragma once

#include <filesystem>

#include "common/base/file_lock.h"
#include "common/base/status.h"

namespace lemma::app {

// Takes <database>.serve-lock, for as long as this process serves from that file. Other commands
// work beside it. Waits a moment for one that is just ending. Errors: kUnavailable: another one
// serves from it; kIo.
Result<FileLock> TakeServeLock(const std::filesystem::path& database);

}  // namespace lemma::app
