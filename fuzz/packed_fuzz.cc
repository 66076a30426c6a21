// Any bytes as a packed file, and a good one with some bytes changed: an error or a checkpoint
// whose weights can be read. The corpus needs no files: an input "1" is the good file.
//
// The first byte chooses: an even one is followed by the file, an odd one by changes of the good
// file (changed_file.h), which bit 1 cuts short; with bit 2 set the header's checksum fits what is
// there then, and whoever wrote the file meant it.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/base/file.h"
#include "fuzz/changed_file.h"
#include "fuzz/small_checkpoint.h"
#include "inference/model/checkpoint.h"
#include "inference/model/packed.h"
#include "inference/model/weights.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace {

using lemma::model::Checkpoint;

// docs/formats/packed.md: where the header's length and its checksum are, and where it begins.
constexpr size_t kLengthAt = 16, kChecksumAt = 24, kHeaderAt = 32;

std::string MakeGoodFile() {
  const auto directory = lemma::fuzz::MakeSmallCheckpoint();
  const auto path = directory / "model.lemma";
  lemma::ThreadPool pool(1);
  const auto checkpoint = Checkpoint::OpenDirectory(directory, "fuzz").value();
  const auto weights =
      lemma::model::ReadWeights(checkpoint, lemma::kernels::WeightFormat::kInt8, pool, {});
  LEMMA_CHECK(weights.ok() && lemma::model::WritePacked(checkpoint, *weights, path, {}).ok());
  const std::string file = lemma::ReadFile(path, 1 << 20).value();
  std::filesystem::remove_all(directory);
  return file;
}

void FitChecksum(std::string& file) {
  if (file.size() < kHeaderAt) return;
  uint64_t length;
  std::memcpy(&length, file.data() + kLengthAt, sizeof(length));
  if (length > file.size() - kHeaderAt) return;
  const uint64_t checksum = XXH3_64bits(file.data() + kHeaderAt, length);
  std::memcpy(file.data() + kChecksumAt, &checksum, sizeof(checksum));
}

// A file in memory that has a path, as a packed model must: it is mapped.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(memfd_create("fuzz", MFD_CLOEXEC)) {
    LEMMA_CHECK(fd_ >= 0 && write(fd_, bytes.data(), bytes.size()) == ssize_t(bytes.size()));
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  const int fd_;
};

void CheckFile(std::string_view bytes, bool must_open) {
  const MemoryFile file(bytes);
  const auto checkpoint = Checkpoint::OpenPacked(file.path(), "fuzz");
  LEMMA_CHECK(checkpoint.ok() || !must_open, checkpoint.status().message().c_str());
  if (!checkpoint.ok()) return;
  lemma::ThreadPool pool(1);
  const auto weights = lemma::model::ReadPackedWeights(*checkpoint, pool, {});
  LEMMA_CHECK(weights.ok() || !must_open, weights.status().message().c_str());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string good = MakeGoodFile();
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 0) {
    CheckFile(input, /*must_open=*/false);
    return 0;
  }
  std::string file = lemma::fuzz::ChangedFile(good, (data[0] & 2) != 0, input);
  if ((data[0] & 4) != 0) FitChecksum(file);
  CheckFile(file, /*must_open=*/input.size() < 4);
  return 0;
}
