// A request is read, answered and forgotten before the next is looked at; meanwhile the client is not read from.
#include "http/http_connection.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "http/http_date.h"
#include "http/http_server.h"
#include "http/web_socket_handshake.h"
#include "net/web_socket_link.h"
#include "ops/printable.h"

namespace wasmqtt {
namespace {

constexpr auto kPatienceForRequest = std::chrono::seconds(15);
constexpr auto kPatienceBetweenRequests = std::chrono::seconds(75);
// A long file is sent in turns, so that a fast reader of it doesn't keep the others waiting.
constexpr int kFileChunksPerTurn = 8;
constexpr std::uint8_t kConnectPacketType = 0x10;

std::string response_head(const HttpResponse& response, const HttpRequest& request, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(http_reason_phrase(response.status)).append("\r\n");
  for (const HttpField& field : response.fields)
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  head += "Date: " + http_date(std::time(nullptr)) + "\r\n";
  if (response.status != 101 && response.status != 304) {
    const std::uint64_t size = response.file.descriptor() >= 0 ? response.file_size : response.body.size();
    head += "Content-Length: " + std::to_string(size) + "\r\n";
  }
  if (response.status != 101 && !keep_alive) head += "Connection: close\r\n";
  if (response.status != 101 && keep_alive && !request.is_http_1_1) head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

}  // namespace

HttpConnection::HttpConnection(HttpServer& server, Reactor& reactor, std::shared_ptr<Link> link)
    : server_(server), reactor_(reactor), link_(std::move(link)) {}

HttpConnection::~HttpConnection() {
  if (!finished_) link_->abort();
}

void HttpConnection::start() {
  link_->start(*this);
}

void HttpConnection::on_bytes(Bytes bytes) {
  // A request that comes in drips is not progress.
  if (!parser_.is_inside_request()) last_progress_ = Clock::now();
  if (!received_anything_ && bytes[0] == kConnectPacketType) {
    reactor_.log->warn("{}: MQTT without WebSocket on the HTTP port; closed", link_->peer());
    // Clients tell by its first bytes what they have come to.
    return respond(http_problem(400, "This port is for HTTP and MQTT over WebSocket (ws://), not for plain MQTT."),
                   false);
  }
  received_anything_ = true;
  process(bytes);
}

void HttpConnection::process(Bytes bytes) {
  while (!finished_ && !responding_ && !bytes.empty()) {
    std::size_t consumed = 0;
    const auto status = parser_.feed(bytes, consumed);
    bytes = bytes.subspan(std::min(consumed, bytes.size()));
    if (status == HttpRequestParser::Status::NeedMore) return;
    if (status == HttpRequestParser::Status::Failed) return refuse_request();
    if (wants_web_socket(parser_.request())) held_.append(std::exchange(bytes, {}));
    answer_request();
  }
  if (finished_) return;
  held_.append(bytes);
}

void HttpConnection::answer_request() {
  const HttpRequest& request = parser_.request();
  if (wants_web_socket(request)) {
    HttpResponse response = answer_web_socket_handshake(request);
    upgrade_afterwards_ = response.status == 101;
    if (upgrade_afterwards_) frame_reading_ = frame_reading_of(request, response);
    if (!upgrade_afterwards_) {
      reactor_.log->warn("{}: WebSocket refused: {}", link_->peer(), response.body.substr(0, response.body.size() - 1));
    }
    return respond(std::move(response), upgrade_afterwards_);
  }
  HttpResponse response = server_.files().answer(request);
  reactor_.log->debug("{}: {} {} -> {}", link_->peer(), request.method, printable(request.target), response.status);
  respond(std::move(response), request.keep_alive);
}

void HttpConnection::refuse_request() {
  HttpResponse problem = parser_.problem();
  reactor_.log->warn("{}: HTTP request refused with {}: {}", link_->peer(), problem.status,
                     problem.body.substr(0, problem.body.size() - 1));
  respond(std::move(problem), false);
}

void HttpConnection::respond(HttpResponse response, bool keep_alive) {
  head_ = response_head(response, parser_.request(), keep_alive);
  head_sent_ = 0;
  file_sent_ = 0;
  file_size_ = 0;
  if (parser_.request().method != "HEAD") {
    head_ += response.body;
    file_ = std::move(response.file);
    file_size_ = response.file_size;
  }
  close_afterwards_ = !keep_alive;
  responding_ = true;
  if (send()) return finish_response();
  if (!finished_) link_->pause();
}

// True when the whole response is with the kernel.
bool HttpConnection::send() {
  for (int chunk = 0; head_sent_ < head_.size() || file_sent_ < file_size_; ++chunk) {
    if (chunk == kFileChunksPerTurn) {
      link_->want_writable();
      return false;
    }
    if (!send_file_chunk()) return false;
  }
  return true;
}

// Sends what is left of the head together with the file's next bytes. False when the kernel takes no more or the file
// is not what it was.
bool HttpConnection::send_file_chunk() {
  const Bytes head = mqtt::as_bytes(head_).subspan(head_sent_);
  Bytes content;
  if (file_sent_ < file_size_) {
    const auto buffer = reactor_.write_buffer();
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), file_size_ - file_sent_));
    const ssize_t count = ::pread(file_.descriptor(), buffer.data(), wanted, static_cast<off_t>(file_sent_));
    if (count <= 0) {
      reactor_.log->warn("{}: a file became shorter while it was sent; closed", link_->peer());
      link_->abort();
      finish();
      return false;
    }
    content = {buffer.data(), static_cast<std::size_t>(count)};
  }
  const std::array<Bytes, 2> parts{head, content};
  const std::size_t taken = link_->write(parts);
  const std::size_t taken_of_head = std::min(taken, head.size());
  head_sent_ += taken_of_head;
  file_sent_ += taken - taken_of_head;
  return taken == head.size() + content.size();
}

void HttpConnection::on_writable() {
  if (!responding_) return;
  last_progress_ = Clock::now();
  if (!send()) return;
  finish_response();
  if (finished_) return;
  const mqtt::ByteBuffer held = std::move(held_);
  held_ = {};
  process(held.view());
  if (!finished_ && !responding_) link_->resume();
}

void HttpConnection::finish_response() {
  responding_ = false;
  file_ = {};
  if (upgrade_afterwards_) return become_web_socket();
  if (close_afterwards_) return close();
  parser_.next_request();
}

void HttpConnection::become_web_socket() {
  const auto web_socket =
      std::make_shared<WebSocketLink>(reactor_, link_, server_.web_socket_policy().options_for(frame_reading_));
  const mqtt::ByteBuffer early = std::move(held_);
  link_->resume();
  finish();
  server_.accept_web_socket(web_socket);
  web_socket->receive_early(early.view());
}

void HttpConnection::on_end(const LinkEnd& end) {
  reactor_.log->debug("{}: {}", link_->peer(), end.text);
  finish();
}

bool HttpConnection::is_overdue(Clock::time_point now) const {
  const bool is_waiting_for_rest = !responding_ && (parser_.is_inside_request() || !received_anything_);
  return now - last_progress_ > (is_waiting_for_rest ? Clock::duration(kPatienceForRequest) : kPatienceBetweenRequests);
}

void HttpConnection::close() {
  if (finished_) return;
  link_->close(CloseCode::GoingAway, "");
  finish();
}

void HttpConnection::finish() {
  if (std::exchange(finished_, true)) return;
  server_.retire(*this);
}

}  // namespace wasmqtt
