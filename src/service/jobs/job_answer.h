// A job's streamed answer put together: what its request would have been answered without a stream,
// and how far it is.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>

#include "common/base/status.h"

namespace lemma::jobs {

// Of an answer's body, which lies in one column of the database.
inline constexpr size_t kResultBytesMax = 8 << 20;

// Belongs to one thread at a time.
class JobAnswer {
 public:
  explicit JobAnswer(std::string target) : target_(std::move(target)) {}

  // The next message of the stream, without [DONE].
  void Add(boost::json::object message);

  // {"tokens": 120}, of a run of /v1/solve also {"samples_ended": 2, "votes": [...]}. Until a part
  // of the answer ends, each of its messages is taken for one token.
  std::string Progress() const;
  // Errors: kDataLoss, the stream had no end; kInvalidArgument, over kResultBytesMax.
  Result<std::string> Body() const;

 private:
  void AddOfRun(boost::json::object message);
  void AddOfChat(boost::json::object message);
  void AddOfGenerate(boost::json::object message);
  void AddChoice(const boost::json::object& choice);
  void AppendText(boost::json::object& to, std::string_view name, const boost::json::value& piece);
  void TakeUsage();

  const std::string target_;
  boost::json::object body_;
  std::map<int64_t, boost::json::object> choices_;  // of a chat, by their index
  boost::json::value votes_;
  std::map<int64_t, int64_t> n_tokens_;  // by sample
  int64_t n_samples_ended_ = 0;
  size_t n_bytes_ = 0;  // of texts and logprobs
  bool has_result_ = false;
};

}  // namespace lemma::jobs
