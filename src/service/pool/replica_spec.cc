#include "service/pool/replica_spec.h"

#include <algorithm>
#include <charconv>

#include "common/net/address.h"

namespace lemma::pool {
namespace {

constexpr size_t kSpecBytesMax = 4096;

// Up to the next comma, which is taken too.
std::string_view TakePart(std::string_view& rest) {
  const size_t comma = rest.find(',');
  const std::string_view part = rest.substr(0, comma);
  rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
  return part;
}

std::string* FieldOf(ReplicaSpec& spec, std::string_view name) {
  if (name == "model") return &spec.model;
  if (name == "name") return &spec.name;
  if (name == "key-file") return &spec.key_file;
  if (name == "key-env") return &spec.key_env;
  return nullptr;
}

// 1..65536; 0: it is no such number.
int64_t SlotsIn(std::string_view text) {
  constexpr int64_t kSlotsMax = 65536;
  int64_t slots = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), slots);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && slots <= kSlotsMax ? std::max<int64_t>(slots, 0) : 0;
}

// Could it stand in a header, as it is?
bool IsPlain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Result<ReplicaSpec> ParseReplicaSpec(std::string_view text) {
  if (text.size() > kSpecBytesMax) return InvalidArgument("is too long");
  ReplicaSpec spec;
  std::string_view rest = text;
  const Result<net::Address> address = net::ParseBaseUrl(TakePart(rest));
  if (!address.ok()) return InvalidArgument(address.status().message());
  spec.address = address->ToString();
  while (!rest.empty()) {
    const std::string_view part = TakePart(rest);
    const size_t equals = part.find('=');
    if (part.substr(0, equals) == "slots" && equals != part.npos) {
      spec.slots = SlotsIn(part.substr(equals + 1));
      if (spec.slots == 0) return InvalidArgument("slots= must be a number from 1 to 65536");
      continue;
    }
    std::string* field = FieldOf(spec, part.substr(0, equals));
    if (field == nullptr || equals == part.npos || equals + 1 == part.size()) {
      return InvalidArgument("\"" + std::string(part.substr(0, equals)) +
                             "\" is none of model=, name=, slots=, key-file=, key-env= with a "
                             "value");
    }
    *field = part.substr(equals + 1);
  }
  if (!spec.key_file.empty() && !spec.key_env.empty()) {
    return InvalidArgument("key-file and key-env exclude each other");
  }
  if (spec.name.empty()) spec.name = spec.address;
  if (!IsPlain(spec.name)) return InvalidArgument("name= must be printable ASCII without spaces");
  return spec;
}

Status CheckReplicaKey(std::string_view key) {
  if (IsPlain(key) && !key.empty() && key.size() <= kReplicaKeyBytesMax) return Ok();
  return InvalidArgument("must be one line of printable characters, at most " +
                         std::to_string(kReplicaKeyBytesMax));
}

}  // namespace lemma::pool
