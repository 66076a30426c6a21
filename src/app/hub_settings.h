// Where models from a hub lie, as the environment says; the same names that huggingface_hub reads.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/hub/model_name.h"

namespace lemma::app {

// HF_HUB_CACHE, else $HF_HOME/hub, else $XDG_CACHE_HOME/huggingface/hub, else
// ~/.cache/huggingface/hub.
std::filesystem::path HubCacheDirectory();

// The environment's value, "" where it is not set.
std::string EnvironmentValue(const char* name);

// HOME, and where that is not set, as for many services, the user's own; "" where there is none.
std::string HomeDirectory();

// The snapshot in the cache that `--model model` names; nothing where it is no hub's name or was
// not pulled.
std::optional<std::filesystem::path> FindPulledModel(const std::string& model);

// Where lemma pull packs what a snapshot holds:
// <cache>/models--owner--name/lemma/<commit>-<format>.lemma. The format is the one that was asked
// for: of weights in more bits than bf16, "bf16" has float32 (PackModel).
std::filesystem::path PackedPath(const std::filesystem::path& snapshot, const std::string& format);

}  // namespace lemma::app
