#include "contenders.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/file.h"

namespace lemma::bench {
namespace {

// No limit is met, and each is counted.
constexpr const char* kLimit = "1000000000";

// A question of 2 KB, as an online judge sends it: a problem with its story.
net::HttpRequest Chat(bool is_stream) {
  std::string problem = "Solve this problem in C++ and explain the algorithm. ";
  while (problem.size() < 1900) {
    problem += "Given an array of n integers, find the longest strictly increasing subsequence. ";
  }
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/chat/completions";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = R"({"messages":[{"role":"user","content":")" + problem +
                 R"("}],"max_tokens":512,"temperature":0.6,"seed":1)" +
                 (is_stream ? R"(,"stream":true})" : "}");
  return request;
}

Destination At(const std::string& address) { return {address, Chat(false), Chat(true)}; }

std::string NginxConfiguration(const Setting& setting, int port) {
  const std::string directory = setting.directory.string();
  std::string temporary;
  for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    temporary += fmt::format("  {}_temp_path {}/{};\n", name, directory, name);
  }
  return fmt::format(
      "daemon off;\nmaster_process off;\npid {0}/nginx.pid;\nerror_log stderr;\n"
      "events {{ worker_connections 8192; }}\n"
      "http {{\n{1}  access_log off;\n  client_body_buffer_size 64k;\n"
      "  keepalive_requests 1000000000;\n"
      "  upstream replica {{\n    server {2};\n    keepalive 64;\n"
      "    keepalive_requests 1000000000;\n  }}\n"
      "  server {{\n    listen 127.0.0.1:{3} backlog=4096;\n    location / {{\n"
      "      proxy_pass http://replica;\n      proxy_http_version 1.1;\n"
      "      proxy_set_header Connection \"\";\n      proxy_buffering off;\n    }}\n  }}\n}}\n",
      directory, temporary, setting.replica, port);
}

std::string WithoutLineEnd(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// `replicas`: the options that say who answers.
Result<Contender> Start(const Setting& setting, int core,
                        const std::vector<std::string>& replicas) {
  const std::string data = setting.directory / "data";
  LEMMA_ASSIGN_OR_RETURN(const std::string key,
                         OutputOf({setting.lemma, "key", "create", "--name", "bench", "--rpm",
                                   kLimit, "--tpm", kLimit, "--concurrency", kLimit, "--scope",
                                   "inference", "--scope", "metrics", "--data-dir", data}));
  LEMMA_ASSIGN_OR_RETURN(const int port, FreePort());
  std::vector<std::string> command = {setting.lemma,    "serve",  "--data-dir",        data,
                                      "--require-keys", "--port", std::to_string(port)};
  command.insert(command.end(), replicas.begin(), replicas.end());
  LEMMA_ASSIGN_OR_RETURN(auto process,
                         ChildProcess::Start(command, core, port, setting.directory / "lemma.log"));
  Contender lemma{"lemma", At(fmt::format("127.0.0.1:{}", port)), std::move(process)};
  for (net::HttpRequest* request : {&lemma.to.request, &lemma.to.stream}) {
    request->headers.push_back({"Authorization", "Bearer " + WithoutLineEnd(key)});
  }
  return lemma;
}

}  // namespace

Contender Direct(const Setting& setting) { return {"direct", At(setting.replica), nullptr}; }

Result<Contender> StartNginx(const Setting& setting) {
  LEMMA_ASSIGN_OR_RETURN(const int port, FreePort());
  const std::filesystem::path file = setting.directory / "nginx.conf";
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(file, NginxConfiguration(setting, port)));
  LEMMA_ASSIGN_OR_RETURN(
      auto process, ChildProcess::Start({setting.nginx, "-c", file.string()}, setting.core, port,
                                        setting.directory / "nginx.log"));
  return Contender{"nginx", At(fmt::format("127.0.0.1:{}", port)), std::move(process)};
}

Result<Contender> StartLemma(const Setting& setting, int slots) {
  return Start(
      setting, setting.core,
      {"--workers", "0", "--replica", fmt::format("http://{},slots={}", setting.replica, slots)});
}

Result<Contender> StartLemmaWithWorker(const Setting& setting) {
  return Start(setting, ChildProcess::kAllCores, {"--workers", "1"});
}

}  // namespace lemma::bench
