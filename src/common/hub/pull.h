// A whole model from a hub into the cache. Blocks its caller; one thread.
#pragma once

#include <filesystem>

#include "common/base/status.h"
#include "common/hub/download.h"
#include "common/hub/listing.h"
#include "common/hub/model_name.h"

namespace lemma::hub {

struct PullRequest {
  Hub hub;
  ModelName name;
  std::filesystem::path cache;
  // What the caller packs of the weights afterwards, as a share of their bytes: room for it is
  // asked for before they are fetched.
  double packed_share = 0;
};

// The snapshot's directory, complete, every byte as the hub lists it. Where it is so already that
// is one request and a look at each byte. Errors as
// DownloadFile's; kDataLoss also where the repository lacks a file that no model works without;
// kIo also where the disk is known to be too small, before anything is fetched.
Result<std::filesystem::path> Pull(const PullRequest& request, const PullEvents& events);

}  // namespace lemma::hub
