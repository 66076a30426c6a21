// The server that `lemma eval` and its subcommands ask: one that --url names, or one of this
// process.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "app/model_choice.h"
#include "service/eval/patient_client.h"

namespace lemma::app {

struct EvalServerOptions {
  std::string url;  // "": a server of this process
  std::string key_env = "LEMMA_API_KEY";
  ModelOptions model;
  bool names_model = false;  // --model was given
  int n_parallel = 8;
  int64_t timeout_s = 3600;
};

void AddEvalServerOptions(CLI::App& command, EvalServerOptions& options);

eval::PatientClientOptions EvalClientOptions(const EvalServerOptions& options,
                                             const std::string& address);

// What the server at `address` calls the model to ask: --model's name where there is a --url, else
// its first model. Errors: kUnavailable where it does not say.
Result<std::string> EvalModel(const EvalServerOptions& options, const std::string& address);

}  // namespace lemma::app
