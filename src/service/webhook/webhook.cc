#include "service/webhook/webhook.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "common/base/check.h"

namespace lemma::webhook {
namespace {

constexpr long kSecondsMax = 10;
// A host that says nothing at all is not there: it gets less time from those who wait behind it.
constexpr long kConnectMsMax = 3000;
constexpr int64_t kRetryFirstMs = 10'000;
constexpr int64_t kRetryMaxMs = 3'600'000;
constexpr int64_t kFailuresMax = 14;  // about six hours

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Network {
  uint32_t address;
  int n_bits;
};

// Where clouds tell a machine who it is, its keys included.
constexpr Network kMetadata[] = {
    {0xa9fe0000, 16},  // 169.254.0.0/16, link-local
    {0x646464c8, 32},  // 100.100.100.200, Alibaba
    {0xc00000c0, 32},  // 192.0.0.192, Oracle
};
constexpr unsigned char kMetadataV6[16] = {0xfd, 0, 0x0e, 0xc2, 0, 0, 0,    0,
                                           0,    0, 0,    0,    0, 0, 0x02, 0x54};  // AWS

// https://www.iana.org/assignments/iana-ipv4-special-registry: what is not on the public Internet.
constexpr Network kPrivate[] = {
    {0x00000000, 8},   // "this network": connects to this machine
    {0x0a000000, 8},   // 10.0.0.0/8
    {0x64400000, 10},  // 100.64.0.0/10, of carriers and clouds
    {0x7f000000, 8},   // loopback
    {0xac100000, 12},  // 172.16.0.0/12
    {0xc0000000, 24},  // 192.0.0.0/24
    {0xc0a80000, 16},  // 192.168.0.0/16
    {0xc6120000, 15},  // 198.18.0.0/15, benchmarks
    {0xe0000000, 3},   // multicast, reserved, broadcast
};

bool Contains(const Network& network, uint32_t address) {
  return ((address ^ network.address) >> (32 - network.n_bits)) == 0;
}

bool IsAllowed(uint32_t address, Reach reach) {
  const auto contains = [&](const Network& network) { return Contains(network, address); };
  if (std::any_of(std::begin(kMetadata), std::end(kMetadata), contains)) return false;
  return reach == Reach::kPrivateToo ||
         std::none_of(std::begin(kPrivate), std::end(kPrivate), contains);
}

// Where an IPv6 address stands for one of IPv4, that of its first byte; -1: it does not. Mapped
// (::ffff:a.b.c.d) and compatible (::a.b.c.d) ones, NAT64 (64:ff9b::/96) and 6to4 (2002::/16).
int OffsetOfV4(const unsigned char* bytes) {
  constexpr unsigned char kNat64[12] = {0x00, 0x64, 0xff, 0x9b};
  constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr unsigned char kCompatible[12] = {};
  for (const unsigned char* prefix : {kNat64, kMapped, kCompatible}) {
    if (std::equal(prefix, prefix + 12, bytes)) return 12;
  }
  return bytes[0] == 0x20 && bytes[1] == 0x02 ? 2 : -1;
}

bool IsAllowed(const sockaddr* address, Reach reach) {
  if (address->sa_family == AF_INET) {
    return IsAllowed(ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr), reach);
  }
  if (address->sa_family != AF_INET6) return false;
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  const unsigned char* bytes = v6.s6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&v6) || std::equal(kMetadataV6, kMetadataV6 + 16, bytes)) return false;
  if (IN6_IS_ADDR_LOOPBACK(&v6)) return reach == Reach::kPrivateToo;
  if (const int at = OffsetOfV4(bytes); at >= 0) {
    return IsAllowed(static_cast<uint32_t>(bytes[at]) << 24 | bytes[at + 1] << 16 |
                         bytes[at + 2] << 8 | bytes[at + 3],
                     reach);
  }
  // Unique local (fc00::/7), the old site-local (fec0::/10), multicast.
  const bool is_private =
      (bytes[0] & 0xfe) == 0xfc || IN6_IS_ADDR_SITELOCAL(&v6) || IN6_IS_ADDR_MULTICAST(&v6);
  return !is_private || reach == Reach::kPrivateToo;
}

struct Gate {
  Reach reach;
  bool has_refused = false;
};

// Called with the address that is connected to, after all names are resolved.
curl_socket_t OpenSocket(void* opaque, curlsocktype, curl_sockaddr* address) {
  Gate& gate = *static_cast<Gate*>(opaque);
  if (!IsAllowed(&address->addr, gate.reach)) {
    gate.has_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

size_t Ignore(char*, size_t size, size_t n, void*) { return size * n; }

}  // namespace

std::string WebhookSignature(std::string_view secret, int64_t unix_s, std::string_view body) {
  const std::string text = fmt::format("{}.{}", unix_s, body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int n_bytes = 0;
  const auto* made =
      HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &n_bytes);
  LEMMA_CHECK(made != nullptr, "HMAC-SHA-256 failed");
  std::string signature = fmt::format("t={},v1=", unix_s);
  for (unsigned int i = 0; i < n_bytes; ++i) signature += fmt::format("{:02x}", digest[i]);
  return signature;
}

Status SendWebhook(const WebhookMessage& message, std::string_view secret, int64_t unix_s,
                   Reach reach) {
  const std::unique_ptr<CURL, FreeCurl> owner(curl_easy_init());
  CURL* const curl = owner.get();
  LEMMA_CHECK(curl != nullptr, "libcurl does not start");
  const std::string signature = WebhookSignature(secret, unix_s, message.body);
  curl_slist* list = nullptr;
  for (const std::string& header :
       {std::string("content-type: application/json"), "x-lemma-delivery: " + message.id,
        "x-lemma-signature: " + signature}) {
    list = curl_slist_append(list, header.c_str());
  }
  const std::unique_ptr<curl_slist, FreeCurl> headers(list);
  Gate gate{reach};
  curl_easy_setopt(curl, CURLOPT_URL, message.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(message.body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message.body.c_str());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "lemma");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kSecondsMax);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMsMax);
  // A proxy would connect where this process must not.
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &gate);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Ignore);
  const CURLcode code = curl_easy_perform(curl);
  // Where a name has several addresses, another one may have been reached.
  if (code != CURLE_OK && gate.has_refused) {
    return Status(StatusCode::kPermissionDenied,
                  reach == Reach::kPrivateToo
                      ? "the webhook's host is a link-local or metadata address, which is not asked"
                      : "the webhook's host is a private address, which is not asked");
  }
  if (code != CURLE_OK) return Unavailable(std::string("the webhook: ") + curl_easy_strerror(code));
  long http_status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status);
  if (http_status >= 200 && http_status < 300) return Ok();
  return Unavailable(fmt::format("the webhook answered {}", http_status));
}

int64_t RetryAfterMs(int64_t n_failures) {
  if (n_failures >= kFailuresMax) return 0;
  int64_t wait_ms = kRetryFirstMs;
  for (int64_t i = 1; i < n_failures && wait_ms < kRetryMaxMs; ++i) wait_ms *= 2;
  return std::min(wait_ms, kRetryMaxMs);
}

}  // namespace lemma::webhook
