#include "service/alerts/webhook.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "common/base/check.h"

namespace lemma::alerts {
namespace {

constexpr long kSecondsMax = 10;

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool IsLinkLocal(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return (ntohl(v4->sin_addr.s_addr) >> 16) == 0xa9fe;  // 169.254.0.0/16
  }
  if (address->sa_family != AF_INET6) return false;
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return v6.s6_addr[12] == 169 && v6.s6_addr[13] == 254;
  return IN6_IS_ADDR_LINKLOCAL(&v6);
}

// Called with the address that is connected to, after all names are resolved.
curl_socket_t OpenSocket(void* refused, curlsocktype, curl_sockaddr* address) {
  if (IsLinkLocal(&address->addr)) {
    *static_cast<bool*>(refused) = true;
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

Status SendWebhook(const WebhookMessage& message, std::string_view secret, int64_t unix_s) {
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
  bool is_refused = false;
  curl_easy_setopt(curl, CURLOPT_URL, message.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(message.body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, message.body.c_str());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "lemma");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kSecondsMax);
  // A proxy would connect where this process must not.
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &is_refused);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Ignore);
  const CURLcode code = curl_easy_perform(curl);
  if (is_refused) {
    return Status(StatusCode::kPermissionDenied,
                  "the webhook's host is a link-local address, which is never asked");
  }
  if (code != CURLE_OK) return Unavailable(std::string("the webhook: ") + curl_easy_strerror(code));
  long http_status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_status);
  if (http_status >= 200 && http_status < 300) return Ok();
  return Unavailable(fmt::format("the webhook answered {}", http_status));
}

}  // namespace lemma::alerts
