// Several processes' metrics as one text of Prometheus' exposition format.
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <string>
#include <vector>

namespace lemma::gateway {

struct ReplicaExposition {
  std::string replica;  // "": this process
  std::string text;     // "": it gave none
};

// A replica's samples get the label `replica`; samples of one family come together, under the HELP
// and TYPE of the first that has it, as the format wants.
std::string MergeExpositions(const std::vector<ReplicaExposition>& parts);

}  // namespace lemma::gateway
