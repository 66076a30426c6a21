// The client against servers that speak TLS, with certificates that are and are not to be trusted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "common/net/http_client.h"
#include "common/net/test_server.h"
#include "common/net/test_tls.h"

namespace lemma::net {
namespace {

using testing::HasSubstr;

class ClientTlsTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("lemma_ctls_" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override {
    unsetenv("SSL_CERT_FILE");
    std::filesystem::remove_all(directory_);
  }

  // Serves with a new certificate for these names, which clients made from now on trust.
  std::unique_ptr<HttpServer> Serve(const std::string& alternatives, HttpHandler handler = Echo) {
    files_ = MakeCertificate(directory_, "server" + std::to_string(++n_made_), alternatives);
    setenv("SSL_CERT_FILE", files_.cert_file.c_str(), 1);
    auto server = HttpServer::Start("127.0.0.1:0", 1, {}, std::move(handler), {}, files_);
    LEMMA_CHECK(server.ok(), server.status().ToString().c_str());
    return std::move(*server);
  }
  static std::string Port(const HttpServer& server) {
    return server.address().substr(server.address().rfind(':'));
  }
  static HttpRequest Post(const std::string& body) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/x";
    request.body = body;
    return request;
  }
  static Status Refusal(const std::string& address) {
    HttpClient client;
    return client.SendAndWait(address, Post("secret")).status();
  }

  std::filesystem::path directory_;
  TlsFiles files_;
  int n_made_ = 0;
};

TEST_F(ClientTlsTest, AsksByNameAndByAddressOnOneConnection) {
  std::vector<std::string> peers, hosts;
  const auto server = Serve("DNS:localhost,IP:127.0.0.1", [&](auto exchange) {
    hosts.push_back(std::string(exchange->request().header("host")));
    Echo(std::move(exchange));
  });
  HttpClient client;
  const std::string large(700'000, 'a');
  for (const std::string& address :
       {"https://127.0.0.1" + Port(*server), "https://localhost" + Port(*server) + "/"}) {
    for (const std::string& body : {std::string("hello"), large}) {
      const auto answer = client.SendAndWait(address, Post(body));
      ASSERT_TRUE(answer.ok()) << answer.status().message();
      EXPECT_EQ(answer->body, "POST /x " + body);
    }
  }
  EXPECT_EQ(hosts[0], "127.0.0.1" + Port(*server));
  EXPECT_EQ(hosts[2], "localhost" + Port(*server));
}

TEST_F(ClientTlsTest, PiecesOfAStreamCome) {
  const auto server = Serve("IP:127.0.0.1", [](std::shared_ptr<HttpExchange> exchange) {
    exchange->Start(HttpResponse::Text(200, "first "));
    for (int i = 0; i < 100; ++i) exchange->Write(std::to_string(i) + " ");
    exchange->Finish();
  });
  HttpClient client;
  const auto answer = client.SendAndWait("https://127.0.0.1" + Port(*server), Post(""));
  ASSERT_TRUE(answer.ok()) << answer.status().message();
  EXPECT_THAT(answer->body, testing::EndsWith("98 99 "));
}

TEST_F(ClientTlsTest, WhoIsNotTrustedGetsNothing) {
  std::atomic<int> n_asked = 0;
  const auto server = Serve("DNS:other.example,IP:127.0.0.2", [&](auto exchange) {
    ++n_asked;
    Echo(std::move(exchange));
  });
  const Status other_ip = Refusal("https://127.0.0.1" + Port(*server));
  EXPECT_EQ(other_ip.code(), StatusCode::kUnavailable);
  EXPECT_THAT(other_ip.message(), HasSubstr("IP address mismatch"));
  EXPECT_THAT(Refusal("https://localhost" + Port(*server)).message(),
              HasSubstr("hostname mismatch"));
  unsetenv("SSL_CERT_FILE");
  EXPECT_THAT(Refusal("https://127.0.0.1" + Port(*server)).message(), HasSubstr("self-signed"));
  EXPECT_EQ(n_asked, 0);
}

TEST_F(ClientTlsTest, WhoDoesNotSpeakTlsIsSaidToNot) {
  const auto plain = HttpServer::Start("127.0.0.1:0", 1, {}, Echo);
  ASSERT_TRUE(plain.ok());
  const std::string address = "https://127.0.0.1" + Port(**plain);
  const Status refusal = Refusal(address);
  EXPECT_EQ(refusal.code(), StatusCode::kUnavailable);
  EXPECT_THAT(refusal.message(), HasSubstr("cannot speak TLS with " + address));
}

}  // namespace
}  // namespace lemma::net
