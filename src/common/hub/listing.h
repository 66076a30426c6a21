// What a repository holds, as its hub tells it. JSON ends here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/hub/digest.h"
#include "common/hub/model_name.h"

namespace lemma::hub {

enum class HubKind { kHuggingFace, kModelScope };

// Where to ask.
struct Hub {
  HubKind kind = HubKind::kHuggingFace;
  std::string endpoint = "https://huggingface.co";  // no '/' at its end
  std::string token;                                // "": none
  std::string ca_file;                              // as HttpGetter's

  // The environment's name of the token, for messages.
  std::string TokenName() const;
  // The header's line that carries the token; "" without one.
  std::string Credential() const;
};

struct RemoteFile {
  std::string name;  // plain (IsPlainFileName)
  uint64_t size_bytes = 0;
  DigestKind digest_kind = DigestKind::kSha256;
  std::string digest;  // hexadecimal: its bytes' hash and its blob's name
};

struct Listing {
  std::string commit;             // 40 hexadecimal digits: the snapshot's name
  std::vector<RemoteFile> files;  // of the repository's root; those in folders are left out

  const RemoteFile* Find(std::string_view name) const;  // nullptr: no such file
};

// The revision to ask for: the name's, else the hub's default branch.
std::string RevisionOf(const Hub& hub, const ModelName& name);

std::string ListingUrl(const Hub& hub, const ModelName& name);
std::string FileUrl(const Hub& hub, const ModelName& name, const Listing& listing,
                    const RemoteFile& file);

// kDataLoss where the text is not what the hub's API promises. A root file whose size or hash is
// missing or no hash is such an error only where it is fetched: it has an empty digest here.
Result<Listing> ParseListing(const Hub& hub, std::string_view text);

// The weight files that model.safetensors.index.json names, each once, in order. kDataLoss, naming
// the entry, for a name that is no plain *.safetensors.
Result<std::vector<std::string>> ShardsOfIndex(std::string_view text);

}  // namespace lemma::hub
