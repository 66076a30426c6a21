#include "service/eval/state_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>

#include "common/base/field_reader.h"
#include "common/base/file.h"
#include "common/base/json.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;

json::object HeaderOf(const Dataset& dataset, const RunSettings& settings) {
  return {{"lemma_eval_samples", kVersion},
          {"dataset", {{"name", dataset.name}, {"digest", dataset.digest}}},
          {"settings", RenderSettings(settings)}};
}

Status IoErrorOf(const std::filesystem::path& path) {
  return IoError(path.string() + ": " + std::strerror(errno));
}

Status CheckHeader(std::string_view line, const json::object& mine) {
  const auto header = ParseJsonObject(line, "its first line");
  const json::object* dataset = nullptr;
  const json::object* settings = nullptr;
  if (header.ok() && header->contains("lemma_eval_samples")) {
    Status status;
    FieldReader fields(*header, "", status);
    dataset = fields.FindObject("dataset");
    settings = fields.FindObject("settings");
  }
  if (dataset == nullptr || settings == nullptr) {
    return InvalidArgument("is there and no state of an evaluation; choose another --out");
  }
  std::string difference = SettingsDifference(mine.at("dataset").get_object(), *dataset);
  if (!difference.empty()) difference = "of the dataset " + difference;
  const std::string of_settings = SettingsDifference(mine.at("settings").get_object(), *settings);
  if (!difference.empty() && !of_settings.empty()) difference += "; ";
  difference += of_settings;
  if (difference.empty()) return Ok();
  return InvalidArgument("holds samples of another run (now against then): " + difference +
                         ". Use what it was begun with, choose another --out, or delete it");
}

}  // namespace

Result<std::unique_ptr<StateFile>> StateFile::Open(const std::filesystem::path& path,
                                                   const Dataset& dataset,
                                                   const RunSettings& settings) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return IoErrorOf(path);
  std::unique_ptr<StateFile> file(new StateFile(fd, path));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Unavailable(path.string() + ": another lemma eval writes it; wait for it, or --out");
  }
  const json::object header = HeaderOf(dataset, settings);
  const Status read = file->Read(header);
  if (!read.ok()) return read.WithPrefix(path.string());
  return file;
}

StateFile::~StateFile() { close(fd_); }

Status StateFile::Read(const json::object& header) {
  LEMMA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path_, kStateBytesMax));
  const size_t end = text.rfind('\n');
  const size_t whole = end == text.npos ? 0 : end + 1;
  if (whole < text.size() && ftruncate(fd_, static_cast<off_t>(whole)) != 0) {
    return IoErrorOf(path_);
  }
  if (whole == 0) return Write(header);
  int64_t line_number = 0;
  for (size_t begin = 0; begin < whole;) {
    const size_t line_end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, line_end - begin);
    begin = line_end + 1;
    ++line_number;
    if (line_number == 1) {
      LEMMA_RETURN_IF_ERROR(CheckHeader(line, header));
    } else if (const Status status = ReadLine(line); !status.ok()) {
      return status.WithPrefix(fmt::format("line {}", line_number));
    }
  }
  return Ok();
}

Status StateFile::ReadLine(std::string_view line) {
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(line, "it"));
  Status status;
  FieldReader fields(object, "", status);
  std::string problem;
  int64_t sample = 0;
  if (fields.Require("problem")) fields.ReadString("problem", problem);
  if (fields.Require("sample")) {
    fields.ReadInteger("sample", 0, std::numeric_limits<int>::max(), sample);
  }
  if (!status.ok()) return InvalidArgument(status.field() + " " + status.message());
  auto result = ParseSampleResult(object);
  if (!result.ok()) {
    return InvalidArgument(result.status().field() + " " + result.status().message());
  }
  results_[{problem, static_cast<int>(sample)}] = std::move(*result);
  return Ok();
}

const SampleResult* StateFile::Find(const std::string& problem, int sample) const {
  const auto found = results_.find({problem, sample});
  return found == results_.end() ? nullptr : &found->second;
}

Status StateFile::Append(const std::string& problem, int sample, const SampleResult& result) {
  json::object object = {{"problem", problem}, {"sample", sample}};
  for (const auto& member : RenderSampleResult(result)) object.insert(member);
  return Write(object);
}

Status StateFile::Write(const json::object& object) {
  const std::string line = json::serialize(object) + "\n";
  const ssize_t written = write(fd_, line.data(), line.size());
  if (written < 0) return IoErrorOf(path_);
  if (static_cast<size_t>(written) != line.size()) {
    return IoError(path_.string() + ": the disk is full");
  }
  return Ok();
}

}  // namespace lemma::eval
