#include "common/hub/http_get.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace lemma::hub {
namespace {

constexpr int kRedirectsMax = 8;
constexpr long kConnectSecondsMax = 20;
constexpr long kStallSeconds = 30;  // less than kStallBytesPerSecond for this long: cut
constexpr long kStallBytesPerSecond = 100;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// What a token may be sent to: the same three, or it stays here.
struct Origin {
  std::string scheme, host, port;
  bool operator==(const Origin&) const = default;
};

Result<Origin> OriginOf(const std::string& text) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return InvalidArgument("not a URL: " + text.substr(0, text.find('?')));
  }
  const auto part = [&](CURLUPart which) {
    char* value = nullptr;
    curl_url_get(url.get(), which, &value, CURLU_DEFAULT_PORT);
    std::string copy = value ? value : "";
    curl_free(value);
    return copy;
  };
  Origin origin{part(CURLUPART_SCHEME), part(CURLUPART_HOST), part(CURLUPART_PORT)};
  if (origin.scheme != "http" && origin.scheme != "https") {
    return InvalidArgument("only http and https are fetched, not " + origin.scheme + "://");
  }
  return origin;
}

// One answer, while it arrives.
struct Transfer {
  CURL* curl;
  const BodySink& sink;
  uint64_t begin;
  GetAnswer& answer;
  bool begins_there = false;  // its Content-Range says what was asked for
  Status status;

  // What libcurl knows of the answer by now.
  void ReadHead() const {
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    answer.status = static_cast<int>(code);
    curl_off_t body_bytes = -1;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &body_bytes);
    answer.body_bytes = body_bytes;
  }
};

size_t OnHeader(char* data, size_t size, size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  std::string line(data, size * count);
  std::transform(line.begin(), line.end(), line.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  const std::string name = "content-range: bytes ";
  if (line.starts_with(name)) {
    transfer.begins_there =
        std::strtoull(line.c_str() + name.size(), nullptr, 10) == transfer.begin;
  }
  return size * count;
}

size_t OnBody(char* data, size_t size, size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.ReadHead();
  const int code = transfer.answer.status;
  if (code != 200 && code != 206) return size * count;  // an error's page: not the file
  if (code == 206 && (transfer.begin == 0 || !transfer.begins_there)) {
    transfer.status = Unavailable(transfer.answer.host + " sent other bytes than were asked for");
  } else {
    transfer.status = transfer.sink(transfer.answer, {data, size * count});
  }
  return transfer.status.ok() ? size * count : 0;  // 0 ends the transfer
}

Status TransferError(const std::string& host, CURLcode code) {
  const std::string message = host + ": " + curl_easy_strerror(code);
  switch (code) {  // these do not become right by asking again
    case CURLE_PEER_FAILED_VERIFICATION:
      return IoError(message +
                     "; where the authority is your network's own, name its PEM file in "
                     "SSL_CERT_FILE");
    case CURLE_SSL_CACERT_BADFILE:
      return IoError(message + "; see the file that SSL_CERT_FILE names");
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return IoError(message);
    default:
      return Unavailable(message);
  }
}

CURLcode Perform(CURL* curl, const std::string& url, const std::string& credential,
                 const std::string& ca_file, Transfer& transfer) {
  curl_easy_reset(curl);  // options only: connections stay
  curl_slist* list = nullptr;
  if (!credential.empty()) list = curl_slist_append(list, credential.c_str());
  const std::unique_ptr<curl_slist, FreeList> headers(list);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "lemma");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSecondsMax);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  if (!ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
  const std::string range = std::to_string(transfer.begin) + "-";
  if (transfer.begin > 0) curl_easy_setopt(curl, CURLOPT_RANGE, range.c_str());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  return curl_easy_perform(curl);
}

}  // namespace

HttpGetter::HttpGetter(std::string ca_file)
    : curl_((curl_global_init(CURL_GLOBAL_DEFAULT), curl_easy_init())),
      ca_file_(std::move(ca_file)) {
  LEMMA_CHECK(curl_ != nullptr, "libcurl does not start");
}

HttpGetter::~HttpGetter() {
  curl_easy_cleanup(curl_);
  curl_global_cleanup();
}

// Redirects are followed here and not by libcurl, which only since 7.83 keeps a header from another
// port of the same host (CVE-2022-27776).
Status HttpGetter::Get(const GetRequest& request, const BodySink& sink, GetAnswer& answer) {
  std::string url = request.url;
  std::string credential = request.credential;
  LEMMA_ASSIGN_OR_RETURN(Origin origin, OriginOf(url));
  for (int i = 0; i <= kRedirectsMax; ++i) {
    answer = GetAnswer{0, 0, -1, origin.host};
    Transfer transfer{curl_, sink, request.begin, answer, false, Ok()};
    const CURLcode code = Perform(curl_, url, credential, ca_file_, transfer);
    if (!transfer.status.ok()) return transfer.status;
    transfer.ReadHead();
    if (code != CURLE_OK) return TransferError(origin.host, code);
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(curl_, CURLINFO_RETRY_AFTER, &retry_after_s);
    answer.retry_after_s = static_cast<int>(std::min<curl_off_t>(retry_after_s, 86400));
    char* next = nullptr;
    curl_easy_getinfo(curl_, CURLINFO_REDIRECT_URL, &next);
    if (next == nullptr) return Ok();
    url = next;
    LEMMA_ASSIGN_OR_RETURN(Origin next_origin, OriginOf(url));
    if (origin.scheme == "https" && next_origin.scheme != "https") {
      return InvalidArgument(origin.host + " redirects from https to http, which is not followed");
    }
    if (next_origin != origin) credential.clear();
    origin = std::move(next_origin);
  }
  return InvalidArgument(request.url.substr(0, request.url.find('?')) + " redirects in circles");
}

}  // namespace lemma::hub
