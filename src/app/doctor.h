// What `lemma doctor` and `lemma serve --check` say of this machine.
#pragma once

#include <string>

#include "app/model_choice.h"

namespace lemma::app {

struct DoctorOptions {
  ModelOptions model;
  bool has_model = true;  // else no worker runs here
  // A model that is not here but may be on a hub is no failure, nor that one is too large which is
  // not packed yet: ./run asks before it does both.
  bool may_fetch = false;
  std::string host = "127.0.0.1";
  int port = 8080;
};

// Prints a line for each thing it looks at, and what to do where that is wrong. The exit status: 1
// where something would keep `lemma serve` from working.
int Doctor(const DoctorOptions& options);

}  // namespace lemma::app
