// Certificates for tests, made by openssl, and what other programs say.
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "common/base/check.h"
#include "common/net/http_server.h"

namespace lemma::net {

// What the command writes, on both of its outputs.
inline std::string Output(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  LEMMA_CHECK(pipe != nullptr, "popen");
  std::string output;
  std::array<char, 4096> buffer;
  while (const size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), n);
  }
  pclose(pipe);
  return output;
}

// A certificate that signs itself, for `alternatives` ("DNS:localhost,IP:127.0.0.1"), as NAME.crt
// and NAME.key in the directory; `options`: more of `openssl req`'s.
inline TlsFiles MakeCertificate(const std::filesystem::path& directory, const std::string& name,
                                const std::string& alternatives) {
  TlsFiles files = {.cert_file = (directory / (name + ".crt")).string(),
                    .key_file = (directory / (name + ".key")).string()};
  const std::string output = Output(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
      "/CN=" +
      name + " -addext subjectAltName=" + alternatives + " -keyout " + files.key_file + " -out " +
      files.cert_file);
  LEMMA_CHECK(std::filesystem::exists(files.cert_file), output.c_str());
  return files;
}

}  // namespace lemma::net
