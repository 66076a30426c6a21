#include "common/hub/listing.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <optional>
#include <set>

#include "common/base/json.h"

namespace lemma::hub {
namespace {

namespace json = boost::json;

constexpr size_t kShardsMax = 1000;
constexpr int64_t kSizeMax = int64_t{1} << 44;  // 16 TiB: more is no model, and sums stay exact

std::string StringOf(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::optional<uint64_t> SizeOf(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value || !value->is_int64()) return std::nullopt;
  const int64_t size_bytes = value->get_int64();
  if (size_bytes < 0 || size_bytes > kSizeMax) return std::nullopt;
  return static_cast<uint64_t>(size_bytes);
}

const json::array* ArrayOf(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value ? value->if_array() : nullptr;
}

// Percent-encodes what is no name character; revisions may hold '/'.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '/' ? "%2F" : std::string(1, c);
  return escaped;
}

// https://huggingface.co/docs/hub/api: GET /api/models/{repo}/revision/{revision}. With
// ?blobs=true each of "siblings" has "size", "blobId" (git's SHA-1) and, where the content lies in
// LFS, "lfs": {"sha256", "size"}: huggingface_hub, HfApi.model_info(files_metadata=True).
RemoteFile HuggingFaceFile(const json::object& entry) {
  RemoteFile file{StringOf(entry, "rfilename"), 0, DigestKind::kGitBlobSha1,
                  StringOf(entry, "blobId")};
  std::optional<uint64_t> size_bytes = SizeOf(entry, "size");
  const json::value* lfs = entry.if_contains("lfs");
  if (lfs && lfs->is_object()) {
    file.digest_kind = DigestKind::kSha256;
    file.digest = StringOf(lfs->get_object(), "sha256");
    if (const auto lfs_bytes = SizeOf(lfs->get_object(), "size")) size_bytes = lfs_bytes;
  }
  file.size_bytes = size_bytes.value_or(0);
  if (!size_bytes || !IsHex(file.digest, lfs && lfs->is_object() ? 64 : 40)) file.digest.clear();
  return file;
}

// modelscope, hub/api.py HubApi.get_model_files: {"Code", "Data": {"Files": [{"Type": "blob" or
// "tree", "Path", "Size", "Sha256", ...}]}}.
RemoteFile ModelScopeFile(const json::object& entry) {
  RemoteFile file;
  if (StringOf(entry, "Type") == "tree") return file;
  file.name = StringOf(entry, "Path");
  const auto size_bytes = SizeOf(entry, "Size");
  file.size_bytes = size_bytes.value_or(0);
  file.digest = StringOf(entry, "Sha256");
  if (!size_bytes || !IsHex(file.digest, 64)) file.digest.clear();
  return file;
}

// ModelScope's listing names no commit of the whole: the hash of what it lists stands for it.
std::string Fingerprint(const std::vector<RemoteFile>& files) {
  std::set<std::string> lines;
  for (const RemoteFile& file : files) lines.insert(file.digest + " " + file.name + "\n");
  std::string text;
  for (const std::string& line : lines) text += line;
  return TextSha1(text);
}

}  // namespace

std::string Hub::TokenName() const {
  return kind == HubKind::kHuggingFace ? "HF_TOKEN" : "MODELSCOPE_API_TOKEN";
}

// modelscope, hub/api.py HubApi.get_cookies: the token is a cookie of the session.
std::string Hub::Credential() const {
  if (token.empty()) return "";
  return (kind == HubKind::kHuggingFace ? "Authorization: Bearer " : "Cookie: m_session_id=") +
         token;
}

const RemoteFile* Listing::Find(std::string_view name) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const RemoteFile& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

std::string RevisionOf(const Hub& hub, const ModelName& name) {
  if (!name.revision.empty()) return name.revision;
  return hub.kind == HubKind::kHuggingFace ? "main" : "master";
}

std::string ListingUrl(const Hub& hub, const ModelName& name) {
  const std::string revision = Escaped(RevisionOf(hub, name));
  if (hub.kind == HubKind::kHuggingFace) {
    return hub.endpoint + "/api/models/" + name.Repository() + "/revision/" + revision +
           "?blobs=true";
  }
  return hub.endpoint + "/api/v1/models/" + name.Repository() + "/repo/files?Revision=" + revision +
         "&Recursive=false";
}

// huggingface_hub, constants.HUGGINGFACE_CO_URL_TEMPLATE; modelscope, hub/file_download.py
// get_file_download_url.
std::string FileUrl(const Hub& hub, const ModelName& name, const Listing& listing,
                    const RemoteFile& file) {
  if (hub.kind == HubKind::kHuggingFace) {
    return hub.endpoint + "/" + name.Repository() + "/resolve/" + listing.commit + "/" + file.name;
  }
  return hub.endpoint + "/api/v1/models/" + name.Repository() +
         "/repo?Revision=" + Escaped(RevisionOf(hub, name)) + "&FilePath=" + file.name;
}

Result<Listing> ParseListing(const Hub& hub, std::string_view text) {
  const std::string what = hub.endpoint + "'s list of files";
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonFile(text, what));
  const bool is_hugging_face = hub.kind == HubKind::kHuggingFace;
  const json::array* entries = nullptr;
  if (is_hugging_face) {
    entries = ArrayOf(object, "siblings");
  } else if (const json::value* data = object.if_contains("Data"); data && data->is_object()) {
    entries = ArrayOf(data->get_object(), "Files");
  }
  if (!entries) return DataLoss(what + " holds no files: is this the right --hub and endpoint?");
  Listing listing;
  for (const json::value& entry : *entries) {
    if (!entry.is_object()) return DataLoss(what + " is not as its API says");
    RemoteFile file =
        is_hugging_face ? HuggingFaceFile(entry.get_object()) : ModelScopeFile(entry.get_object());
    if (IsPlainFileName(file.name)) listing.files.push_back(std::move(file));
  }
  listing.commit = is_hugging_face ? StringOf(object, "sha") : Fingerprint(listing.files);
  if (!IsHex(listing.commit, 40)) return DataLoss(what + " names no commit");
  return listing;
}

Result<std::vector<std::string>> ShardsOfIndex(std::string_view text) {
  const std::string what = "model.safetensors.index.json";
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonFile(text, what));
  const json::value* map = object.if_contains("weight_map");
  if (!map || !map->is_object()) return DataLoss(what + ": \"weight_map\" must be an object");
  std::set<std::string> shards;
  for (const auto& [tensor, value] : map->get_object()) {
    const std::string shard = value.is_string() ? std::string(value.get_string()) : "";
    if (!IsPlainFileName(shard) || !shard.ends_with(".safetensors")) {
      return DataLoss(what + ": \"" + std::string(tensor).substr(0, 128) +
                      "\" must lie in a plain file NAME.safetensors, not in '" +
                      shard.substr(0, 128) + "'");
    }
    shards.insert(shard);
    if (shards.size() > kShardsMax) return DataLoss(what + " lists too many files");
  }
  if (shards.empty()) return DataLoss(what + " lists no files");
  return std::vector<std::string>(shards.begin(), shards.end());
}

}  // namespace lemma::hub
