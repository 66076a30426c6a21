// GET /v1/models and /v1/models/{id}, from what the pool's replicas serve.
#pragma once

#include <string>
#include <vector>

#include "common/net/http.h"
#include "service/pool/probe.h"

namespace lemma::gateway {

// `path` is decoded. 404 where it names a model that is not there.
net::HttpResponse ModelsReply(const std::vector<pool::ServedModel>& models,
                              const std::string& path);

}  // namespace lemma::gateway
