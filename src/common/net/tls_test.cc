// HTTPS as real clients speak it: curl and openssl s_client, certificates made by openssl.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/net/test_server.h"
#include "common/net/test_tls.h"

namespace lemma::net {
namespace {

using testing::HasSubstr;
using testing::Not;

class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("lemma_tls_" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
    files_ = Make("localhost");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return (directory_ / name).string(); }
  TlsFiles Make(const std::string& name) const {
    return MakeCertificate(directory_, name, "DNS:" + name + ",IP:127.0.0.1");
  }
  std::unique_ptr<HttpServer> ServeTls(HttpHandler handler, const HttpServerLimits& limits = {}) {
    auto server = HttpServer::Start("127.0.0.1:0", 2, limits, std::move(handler), {}, files_);
    LEMMA_CHECK(server.ok(), server.status().ToString().c_str());
    return std::move(*server);
  }
  std::string Curl(const HttpServer& server, const std::string& options) const {
    return Output("curl -sS --max-time 60 --cacert " + files_.cert_file + " " + options +
                  " https://" + server.address() + "/x");
  }
  Status StartWith(const TlsFiles& files) const {
    return HttpServer::Start("127.0.0.1:0", 1, {}, Echo, {}, files).status();
  }

  std::filesystem::path directory_;
  TlsFiles files_;
};

TEST_F(TlsTest, RealClientsAreAnsweredWholeAndStreamed) {
  const auto server = ServeTls(Echo);
  EXPECT_EQ(Curl(*server, "-d hello"), "POST /x hello");
  EXPECT_EQ(Curl(*server, "-d again --tls-max 1.2"), "POST /x again");
  // Two requests on one connection.
  const std::string twice = Curl(*server, "-v https://" + server->address() + "/y");
  EXPECT_THAT(twice, HasSubstr("GET /y"));
  EXPECT_THAT(twice, HasSubstr("Re-using existing connection"));
  const std::string large(900'000, 'a');
  std::ofstream(Path("large")) << large;
  EXPECT_EQ(Curl(*server, "--data-binary @" + Path("large")), "POST /x " + large);

  const auto streams = ServeTls([](std::shared_ptr<HttpExchange> exchange) {
    exchange->Start(HttpResponse::Text(200, "first "));
    for (int i = 0; i < 100; ++i) exchange->Write(std::to_string(i) + " ");
    exchange->Finish();
  });
  EXPECT_THAT(Curl(*streams, ""), testing::EndsWith("98 99 "));
}

TEST_F(TlsTest, AnAnswerThatIsTheConnectionsLastEndsInGoodOrder) {
  const auto server = ServeTls(Echo);
  // HTTP/1.0: its end is the connection's, which s_client reports where it was not said.
  const std::string output =
      Output("printf 'GET /x HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -ign_eof -CAfile " +
             files_.cert_file + " -connect " + server->address());
  EXPECT_THAT(output, HasSubstr("GET /x"));
  EXPECT_THAT(output, Not(HasSubstr("unexpected eof")));
}

TEST_F(TlsTest, OldVersionsAreRefused) {
  const auto server = ServeTls(Echo);
  EXPECT_THAT(Output("openssl s_client -tls1_1 -cipher ALL:@SECLEVEL=0 -connect " +
                     server->address() + " < /dev/null"),
              HasSubstr("alert protocol version"));
  EXPECT_EQ(Curl(*server, "-d well"), "POST /x well");
}

TEST_F(TlsTest, AClientThatLeavesIsSeenWithinMilliseconds) {
  Holder holder;
  const auto server = ServeTls(holder.handler());
  // It leaves after a second, before it has asked where the machine is busy.
  for (int i = 0; i < 60 && holder.n_held == 0; ++i) Curl(*server, "--max-time 1");
  ASSERT_GT(holder.n_held, 0);
  EXPECT_TRUE(Eventually([&] { return holder.n_closed == holder.n_held; }));
}

TEST_F(TlsTest, PlainHttpIsToldSoAndWhoSaysNothingIsClosed) {
  HttpServerLimits limits = ShortLimits();
  const auto server = ServeTls(Echo, limits);
  const std::string answer = Ask(server->address(), kGet);
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("https://"));
  TestSocket silent = TestSocket::Connect(server->address());
  EXPECT_EQ(silent.ReadAll(), "") << "closed within the second that headers may take";
  TestSocket garbage = TestSocket::Connect(server->address());
  garbage.Send(std::string("\x16\x03\x01\x00\x05hello", 10));
  EXPECT_THAT(garbage.ReadAll(), Not(HasSubstr("HTTP")));
  EXPECT_EQ(Curl(*server, "-d well"), "POST /x well");
}

TEST_F(TlsTest, TooManyConnectionsAreToldSo) {
  HttpServerLimits limits;
  limits.connections_max = 1;
  Holder holder;
  const auto server = ServeTls(holder.handler(), limits);
  TestSocket first = TestSocket::Connect(server->address());
  EXPECT_TRUE(Eventually([&] {
    return Curl(*server, "").find("the server has too many connections") != std::string::npos;
  }));
}

TEST_F(TlsTest, ANewCertificateIsTakenAndABrokenOneIsNot) {
  const auto server = ServeTls(Echo);
  const auto shown = [&] {
    return Output("openssl s_client -connect " + server->address() + " < /dev/null");
  };
  EXPECT_THAT(shown(), HasSubstr("CN = localhost"));
  const TlsFiles next = Make("other");
  std::filesystem::rename(next.cert_file, files_.cert_file);  // its key is not there yet
  EXPECT_THAT(shown(), HasSubstr("CN = localhost"));
  std::filesystem::rename(next.key_file, files_.key_file);
  EXPECT_THAT(shown(), HasSubstr("CN = other"));
  std::ofstream(files_.cert_file) << "broken";
  EXPECT_THAT(shown(), HasSubstr("CN = other"));
}

TEST_F(TlsTest, FilesThatAreNoPairAreNamed) {
  const Status absent = StartWith({Path("absent.crt"), files_.key_file});
  EXPECT_THAT(absent.message(), HasSubstr(Path("absent.crt")));
  const Status no_cert = StartWith({files_.key_file, files_.key_file});
  EXPECT_EQ(no_cert.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(no_cert.message(), HasSubstr(files_.key_file + ": no certificate"));
  const Status no_key = StartWith({files_.cert_file, files_.cert_file});
  EXPECT_THAT(no_key.message(), HasSubstr(files_.cert_file + ": no private key"));
  const Status no_pair = StartWith({files_.cert_file, Make("other").key_file});
  EXPECT_THAT(no_pair.message(), HasSubstr("that belongs to " + files_.cert_file));
}

}  // namespace
}  // namespace lemma::net
