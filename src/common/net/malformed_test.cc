// Requests that two servers in a row could read differently, or that no client sends by accident:
// each is refused with a 4xx (505 for a version), and the connection is closed. After the classes
// of the Http11Probe and HTTP Garden test lists.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "common/net/http_server.h"
#include "common/net/test_socket.h"

namespace lemma::net {
namespace {

using testing::HasSubstr;

#define BYTES(text) std::string(text, sizeof(text) - 1)  // with the zero bytes in it

struct Malformed {
  const char* name;
  std::string bytes;
};

std::string Get(const std::string& lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}
std::string Post(const std::string& lines, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n" + body;
}
std::string Chunked(const std::string& body) {
  return Post("Transfer-Encoding: chunked\r\n", body);
}

std::vector<Malformed> MalformedLengths() {
  const std::string five = "Content-Length: 5\r\n";
  std::vector<Malformed> all = {
      {"length and chunked", Post(five + "Transfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"chunked and length", Post("Transfer-Encoding: chunked\r\n" + five, "0\r\n\r\n")},
      {"two lengths", Post(five + "Content-Length: 6\r\n", "abcdef")},
      {"two equal lengths", Post(five + five, "abcde")},
      {"length list", Post("Content-Length: 5, 5\r\n", "abcde")},
      {"length over 2^64", Post("Content-Length: 18446744073709551621\r\n", "abcde")},
      {"length name with space", Post("Content-Length : 5\r\n", "abcde")},
  };
  for (const char* value : {"", "+5", "-1", "-0", "0x5", "05", "010", "1_0", "5a", "5 5", "5;",
                            "5.0", "\"5\"", "5\xa0", "\xd9\xa5", "5,"}) {
    all.push_back({value, Post(std::string("Content-Length: ") + value + "\r\n", "abcde")});
  }
  return all;
}

std::vector<Malformed> MalformedEncodings() {
  std::vector<Malformed> all = {
      {"chunked twice",
       Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"identity, then chunked",
       Post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"folded", Post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
      {"zero byte", Post(BYTES("Transfer-Encoding: chunked\0\r\n"), "0\r\n\r\n")},
      {"name with space", Post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")},
      {"HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
  };
  for (const char* value :
       {"", ",chunked", "xchunked", "chunked, identity", "identity", "gzip", "gzip, chunked",
        "chunked, chunked", "chunked;q=1", "\"chunked\"", "chunked\x0b",
        "\x0c"
        "chunked",
        "chunked\xa0", "chunked,"}) {
    all.push_back({value, Post(std::string("Transfer-Encoding: ") + value + "\r\n", "0\r\n\r\n")});
  }
  return all;
}

std::vector<Malformed> MalformedChunks() {
  return {
      {"hex prefix", Chunked("0x5\r\nabcde\r\n0\r\n\r\n")},
      {"plus", Chunked("+5\r\nabcde\r\n0\r\n\r\n")},
      {"minus", Chunked("-5\r\nabcde\r\n0\r\n\r\n")},
      {"underscore", Chunked("1_0\r\n0123456789abcdef\r\n0\r\n\r\n")},
      {"no size", Chunked("\r\nabcde\r\n0\r\n\r\n")},
      {"leading space", Chunked(" 5\r\nabcde\r\n0\r\n\r\n")},
      {"not hex", Chunked("g\r\nabcde\r\n0\r\n\r\n")},
      {"over 2^64", Chunked("10000000000000005\r\nabcde\r\n0\r\n\r\n")},
      {"2^64 - 1", Chunked("ffffffffffffffff\r\nabcde\r\n0\r\n\r\n")},
      {"bare LF after the size", Chunked("5\nabcde\r\n0\r\n\r\n")},
      {"bare CR after the size", Chunked("5\rabcde\r\n0\r\n\r\n")},
      {"bare LF after the data", Chunked("5\r\nabcde\n0\r\n\r\n")},
      {"more data than said", Chunked("5\r\nabcdefg\r\n0\r\n\r\n")},
      {"bare LF at the end", Chunked("0\n\n")},
      {"bare LF after the trailer", Chunked("0\r\nX: y\n\r\n")},
      {"bare LF in an extension", Chunked("5;a\nb\r\nabcde\r\n0\r\n\r\n")},
      {"zero byte in an extension", Chunked(BYTES("5;a\0\r\nabcde\r\n0\r\n\r\n"))},
      {"length in the trailer", Chunked("0\r\nContent-Length: 5\r\n\r\n")},
      {"encoding in the trailer", Chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")},
      {"host in the trailer", Chunked("0\r\nHost: b\r\n\r\n")},
      {"trailer without colon", Chunked("0\r\nnothing\r\n\r\n")},
  };
}

std::vector<Malformed> MalformedRequestLines() {
  const std::string host = "\r\nHost: a\r\n\r\n";
  return {
      {"no version", "GET /" + host},
      {"HTTP/0.9", "GET /\r\n\r\n"},
      {"HTTP/1.32", "GET / HTTP/1.32" + host},
      {"HTTP/4294967295.255", "GET / HTTP/4294967295.255" + host},
      {"HTTP/2.0", "GET / HTTP/2.0" + host},
      {"HTTP/0.9 said", "GET / HTTP/0.9" + host},
      {"lower case version", "GET / http/1.1" + host},
      {"version with space", "GET / HTTP/ 1.1" + host},
      {"other protocol", "GET / HTCPCP/1.1" + host},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"tab", "GET\t/ HTTP/1.1" + host},
      {"two spaces", "GET  / HTTP/1.1" + host},
      {"space at the end", "GET / HTTP/1.1 " + host},
      {"space at the beginning", " GET / HTTP/1.1" + host},
      {"space in the target", "GET /a b HTTP/1.1" + host},
      {"no target", "GET HTTP/1.1" + host},
      {"target without slash", "GET a HTTP/1.1" + host},
      {"fragment", "GET /a#b HTTP/1.1" + host},
      {"raw byte in the target", "GET /\xff HTTP/1.1" + host},
      {"bad escape", "GET /%zz HTTP/1.1" + host},
      {"half an escape", "GET /%4 HTTP/1.1" + host},
      {"encoded zero byte", "GET /a%00b HTTP/1.1" + host},
      {"absolute target of another host", "GET http://b/ HTTP/1.1" + host},
      {"target with user", "GET http://a@b/ HTTP/1.1" + host},
      {"other scheme", "GET ftp://a/ HTTP/1.1" + host},
      {"method with colon", "GE:T / HTTP/1.1" + host},
      {"bare LF", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
      {"bare LF throughout", "GET / HTTP/1.1\nHost: a\n\n"},
      {"bare CR", "GET / HTTP/1.1\rHost: a\r\n\r\n"},
      {"zero byte", BYTES("G\0T / HTTP/1.1\r\nHost: a\r\n\r\n")},
      {"TLS hello", BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")},
      {"noise", "\x7f\x01\x02\x03 noise"},
  };
}

std::vector<Malformed> MalformedHeaders() {
  const std::string line = "GET / HTTP/1.1\r\n";
  return {
      {"no host", line + "\r\n"},
      {"two hosts", line + "Host: a\r\nHost: a\r\n\r\n"},
      {"host list", line + "Host: a, b\r\n\r\n"},
      {"host with path", line + "Host: a/b\r\n\r\n"},
      {"host with user", line + "Host: u@a\r\n\r\n"},
      {"host with space", line + "Host: a b\r\n\r\n"},
      {"space before the colon", Get("X : y\r\n")},
      {"tab before the colon", Get("X\t: y\r\n")},
      {"space before the first header", line + " X: y\r\nHost: a\r\n\r\n"},
      {"folded", Get("X: y\r\n z\r\n")},
      {"empty name", Get(": y\r\n")},
      {"no colon", Get("nothing\r\n")},
      {"space in the name", Get("X Y: z\r\n")},
      {"bracket in the name", Get("X(: z\r\n")},
      {"\\xa0 in the name", Get("\xa0X: y\r\n")},
      {"\\x85 in the name", Get("X\x85: y\r\n")},
      {"zero byte in the name", Get(BYTES("X\0: y\r\n"))},
      {"zero byte in the value", Get(BYTES("X: a\0b\r\n"))},
      {"bare CR in the value", Get("X: a\rb\r\n")},
      {"bare LF in the value", Get("X: a\nb\r\n")},
      {"backspace in the value", Get("X: a\bb\r\n")},
      {"DEL in the value", Get("X: a\x7f"
                               "b\r\n")},
      {"unknown expectation", Post("Expect: tea\r\nContent-Length: 1\r\n", "a")},
  };
}

class MalformedRequests : public testing::Test {
 protected:
  MalformedRequests() {
    auto started =
        HttpServer::Start("127.0.0.1:0", 1, {}, [this](std::shared_ptr<HttpExchange> exchange) {
          ++n_handled_;
          exchange->Send(HttpResponse::Text(200, "handled"));
        });
    server_ = std::move(*started);
  }

  // The client keeps its side open: the server has to decide without an end.
  void ExpectRefused(const std::vector<Malformed>& requests) {
    for (const auto& [name, bytes] : requests) {
      TestSocket client = TestSocket::Connect(server_->address());
      client.Send(bytes);
      const std::string got = client.ReadAll(2000);
      EXPECT_TRUE(got.starts_with("HTTP/1.1 4") || got.starts_with("HTTP/1.1 505 "))
          << name << ": " << got.substr(0, 40);
      EXPECT_THAT(got, HasSubstr("Connection: close")) << name;
      EXPECT_TRUE(client.closed()) << name;
      EXPECT_EQ(CountOf(got, "HTTP/1.1 "), 1) << name;
    }
    EXPECT_EQ(n_handled_, 0);
  }

  std::atomic<int> n_handled_{0};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(MalformedRequests, WithUnclearLengthsAreRefused) { ExpectRefused(MalformedLengths()); }
TEST_F(MalformedRequests, WithUnclearEncodingsAreRefused) { ExpectRefused(MalformedEncodings()); }
TEST_F(MalformedRequests, WithMalformedChunksAreRefused) { ExpectRefused(MalformedChunks()); }
TEST_F(MalformedRequests, WithMalformedLinesAreRefused) { ExpectRefused(MalformedRequestLines()); }
TEST_F(MalformedRequests, WithMalformedHeadersAreRefused) { ExpectRefused(MalformedHeaders()); }

// The counterpart: strictness must not refuse what real clients send.
TEST_F(MalformedRequests, UnusualButSoundOnesAreAnswered) {
  const std::vector<Malformed> sound = {
      {"empty lines first", "\r\n\r\n" + Get("")},
      {"absolute target", "GET http://a/x?y HTTP/1.1\r\nHost: A\r\n\r\n"},
      {"absolute target without path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
      {"IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"},
      {"empty value", Get("X:\r\n")},
      {"tab after the colon", Get("X:\ty\t\r\n")},
      {"text of today in a value", Get("X: \xE4\xBD\xA0\r\n")},
      {"chunked in capitals", Post("transfer-encoding: CHUNKED\r\n", "0\r\n\r\n")},
      {"size with leading zeros", Chunked("0005\r\nabcde\r\n000\r\n\r\n")},
      {"trailer", Chunked("0\r\nX: y\r\n\r\n")},
      {"length zero", Post("Content-Length: 0\r\n", "")},
      {"expectation and chunked",
       Post("Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", "1\r\na\r\n0\r\n\r\n")},
      {"100 headers",
       [] {
         std::string lines;
         for (int i = 0; i < 99; ++i) lines += "a:b\r\n";
         return Get(lines);
       }()},
  };
  for (const auto& [name, bytes] : sound) {
    TestSocket client = TestSocket::Connect(server_->address());
    client.Send(bytes);
    const std::string got =
        client.ReadUntil([](const std::string& all) { return all.ends_with("handled"); }, 2000);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 ")) << name << ": " << got.substr(0, 100);
  }
}

}  // namespace
}  // namespace lemma::net
