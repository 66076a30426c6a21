#include "service/gateway/page.h"

#include <string>

#include "service/gateway/errors.h"

namespace lemma::gateway {
namespace {

constexpr const char* kHowToAsk =
    "Lemma: a reasoning server.\n\n"
    "  curl http://HOST/generate -d '{\"prompt\": \"What is 47 * 36?\"}'\n\n"
    "POST /generate             {\"prompt\", \"system\"?, \"profile\"?, \"max_tokens\"?,\n"
    "                            \"temperature\"?, \"top_p\"?, \"seed\"?, \"stream\"?}\n"
    "POST /v1/solve             {\"problem\", \"strategy\"?, \"samples\"?, \"tests\"?, ...}: an "
    "answer\n"
    "                            that samples agree on, or that passes the tests\n"
    "POST /v1/jobs              {\"target\"?, \"body\", \"webhook\"?}: any of these, durable\n"
    "POST /v1/chat/completions  the OpenAI protocol; also /v1/completions, /v1/models\n"
    "GET  /readyz, /metrics\n";

constexpr const char* kWhereTheConsoleIs =
    "The console is not here: it has a listener of its own, on the server's machine alone. Where "
    "the\n"
    "server has a data directory that is http://127.0.0.1:8081/admin, or as --admin-listen says;\n"
    "`lemma serve` prints it.\n";

}  // namespace

net::HttpResponse Page::Answer(const net::HttpRequest& request) const {
  if (request.path == "/admin") return net::HttpResponse::Text(404, kWhereTheConsoleIs);
  const bool is_root = request.path == "/";
  const bool is_browser = Lists(request.header("accept"), "text/html");
  const PageFile* file = files_.Find(request.path);
  if (file != nullptr && (!is_root || is_browser)) return PageFiles::Respond(*file, request);
  if (!is_root) return HttpErrorResponse(404, "there is no " + request.path + " here; see GET /");
  const bool lacks_page = is_browser && files_.empty();
  net::HttpResponse response =
      net::HttpResponse::Text(200, std::string(kHowToAsk) + (lacks_page ? kNoPage : ""));
  response.headers.push_back({"Vary", "Accept"});
  return response;
}

}  // namespace lemma::gateway
