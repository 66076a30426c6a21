// The finished samples of a run, a line of JSON each, so that a run which was killed goes on where
// it was (docs/eval.md has the format).
//
// Threads: one at a time. Between processes: one run holds the file.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "common/base/status.h"
#include "service/eval/dataset.h"
#include "service/eval/kept_samples.h"
#include "service/eval/run_settings.h"
#include "service/eval/sample_result.h"

namespace lemma::eval {

inline constexpr uint64_t kStateBytesMax = 4ull << 30;

class StateFile final : public KeptSamples {
 public:
  // Makes the file, or reads it where there is one; a last line that was torn off by a kill is
  // dropped. Errors: kIo; kUnavailable where another run holds it; kInvalidArgument where it is of
  // another dataset or other settings, with what differs, or a line that is none of ours.
  static Result<std::unique_ptr<StateFile>> Open(const std::filesystem::path& path,
                                                 const Dataset& dataset,
                                                 const RunSettings& settings);
  ~StateFile() override;
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;

  const SampleResult* Find(const std::string& problem, int sample) const override;
  Status Append(const std::string& problem, int sample, const SampleResult& result) override;

 private:
  StateFile(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  Status Read(const boost::json::object& header);
  Status ReadLine(std::string_view line);
  Status Write(const boost::json::object& object);

  const int fd_;
  const std::filesystem::path path_;
  std::map<std::pair<std::string, int>, SampleResult> results_;
};

}  // namespace lemma::eval
