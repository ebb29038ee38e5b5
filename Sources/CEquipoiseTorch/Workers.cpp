// SPDX-License-Identifier: Apache-2.0
// Processes that work together: what they find each other by, and what they compute in common.
#include "Workers.hpp"

#include <ATen/ATen.h>
#include <c10/util/irange.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/distributed/c10d/HashStore.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>

using namespace ctorch;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

using StorePointer = c10::intrusive_ptr<c10d::Store>;

const StorePointer &store(CTStore handle) {
  TORCH_CHECK(handle.impl != nullptr, "an undefined store");
  return *static_cast<const StorePointer *>(handle.impl);
}

CTStore handed(StorePointer store) { return CTStore{new StorePointer(std::move(store))}; }

c10d::TCPStoreOptions options(uint16_t port, bool serves) {
  c10d::TCPStoreOptions options;
  options.port = port;
  options.isServer = serves;
  options.waitWorkers = false;
  return options;
}

/// This machine's address on the way to a host; "" where the system does not tell.
std::string addressTowards(const std::string &host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo *found = nullptr;
  if (getaddrinfo(host.c_str(), "9", &hints, &found) != 0) return "";
  std::string address;
  for (const auto *way = found; way != nullptr && address.empty(); way = way->ai_next) {
    // Nothing is sent: connecting a datagram socket only chooses the way.
    const int socket = ::socket(way->ai_family, SOCK_DGRAM, 0);
    if (socket < 0) continue;
    sockaddr_storage own{};
    socklen_t length = sizeof(own);
    char text[NI_MAXHOST];
    if (connect(socket, way->ai_addr, way->ai_addrlen) == 0 &&
        getsockname(socket, reinterpret_cast<sockaddr *>(&own), &length) == 0 &&
        getnameinfo(reinterpret_cast<sockaddr *>(&own), length, text, sizeof(text), nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      address = text;
    }
    close(socket);
  }
  freeaddrinfo(found);
  return address;
}

std::shared_ptr<::gloo::transport::Device> glooDevice(const std::string &towards) {
  const char *interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr && *interface != 0) {
    return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
  }
  // Where a machine's own name does not resolve, the default is an address that other machines cannot reach.
  const auto address = addressTowards(towards);
  return address.empty() ? c10d::ProcessGroupGloo::createDefaultDevice()
                         : c10d::ProcessGroupGloo::createDeviceForHostname(address);
}

/// A listening socket that this machine alone can reach, and its port.
std::pair<int, uint16_t> loopbackSocket(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  TORCH_CHECK(socket >= 0, "a socket cannot be opened: ", std::strerror(errno));
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t length = sizeof(address);
  if (bind(socket, reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0 ||
      listen(socket, SOMAXCONN) != 0 ||
      getsockname(socket, reinterpret_cast<sockaddr *>(&address), &length) != 0) {
    const std::string reason = std::strerror(errno);
    close(socket);
    TORCH_CHECK(false, "port ", port, " cannot be listened on: ", reason);
  }
  return {socket, ntohs(address.sin_port)};
}

/// Dense numbers in the order in which they lie; a copy of what does not lie densely.
at::Tensor dense(const at::Tensor &tensor) {
  return tensor.is_non_overlapping_and_dense() ? tensor : tensor.contiguous();
}

at::Tensor flat(const at::Tensor &dense) { return dense.as_strided({dense.numel()}, {1}); }

/// Which tensors travel together: of one type, up to so many bytes unless one alone has more.
std::vector<std::vector<size_t>> buckets(const std::vector<at::Tensor> &tensors, int64_t bytes) {
  std::vector<std::vector<size_t>> result;
  struct Open {
    size_t index;
    int64_t bytes;
  };
  std::map<at::ScalarType, Open> open;
  for (const auto i : c10::irange(tensors.size())) {
    if (!tensors[i].defined()) continue;
    const auto type = tensors[i].scalar_type();
    const int64_t own = static_cast<int64_t>(tensors[i].nbytes());
    const auto found = open.find(type);
    if (found == open.end() || found->second.bytes + own > bytes) {
      open[type] = Open{result.size(), own};
      result.push_back({i});
    } else {
      result[found->second.index].push_back(i);
      found->second.bytes += own;
    }
  }
  return result;
}

}  // namespace

void Group::sum(at::Tensor &tensor) const {
  const Clock clock(*this);
  std::vector<at::Tensor> list{tensor};
  backend->allreduce(list)->wait();
}

at::Tensor Group::gathered(const at::Tensor &rows) const {
  const Clock clock(*this);
  auto own = rows.contiguous();
  auto shape = own.sizes().vec();
  shape[0] *= count();
  auto all = at::empty(shape, own.options());
  if (all.numel() > 0) backend->_allgather_base(all, own)->wait();
  return all;
}

// Stores

CTStatus ct_store_serve(const char *host, uint16_t port, uint16_t *bound, CTStore *out) {
  return guarded([&] {
    auto given = options(port, true);
    if (std::string(host) == "127.0.0.1") {
      // c10d itself would listen on every interface.
      const auto [socket, own] = loopbackSocket(port);
      given.masterListenFd = socket;
      given.port = own;
    }
    auto store = c10::make_intrusive<c10d::TCPStore>(host, given);
    *bound = store->getPort();
    *out = handed(std::move(store));
  });
}

CTStatus ct_store_connect(const char *host, uint16_t port, int64_t milliseconds, CTStore *out) {
  return guarded([&] {
    auto given = options(port, false);
    given.timeout = std::chrono::milliseconds(milliseconds);
    *out = handed(c10::make_intrusive<c10d::TCPStore>(host, given));
  });
}

CTStatus ct_store_in_process(CTStore *out) {
  return guarded([&] { *out = handed(c10::make_intrusive<c10d::HashStore>()); });
}

CTStatus ct_store_below(CTStore whole, const char *prefix, CTStore *out) {
  return guarded([&] {
    *out = handed(c10::make_intrusive<c10d::PrefixStore>(prefix, store(whole)));
  });
}

CTStatus ct_store_set(CTStore handle, const char *key, const void *bytes, int64_t count) {
  return guarded([&] {
    const auto *first = static_cast<const uint8_t *>(bytes);
    store(handle)->set(key, std::vector<uint8_t>(first, first + count));
  });
}

CTStatus ct_store_get(CTStore handle, const char *key, int64_t milliseconds,
                      void (*take)(void *, const void *, int64_t), void *context) {
  return guarded([&] {
    store(handle)->wait({key}, std::chrono::milliseconds(milliseconds));
    const auto bytes = store(handle)->get(key);
    take(context, bytes.data(), static_cast<int64_t>(bytes.size()));
  });
}

CTStatus ct_store_has(CTStore handle, const char *key, bool *out) {
  return guarded([&] { *out = store(handle)->check({key}); });
}

void ct_store_free(CTStore handle) { delete static_cast<StorePointer *>(handle.impl); }

// Groups

CTStatus ct_group_join(CTStore handle, const char *name, int32_t rank, int32_t count,
                       int64_t milliseconds, const char *towards, CTGroup *out) {
  return guarded([&] {
    const auto join = [&](const std::string &whole) {
      auto options =
          c10d::ProcessGroupGloo::Options::create(std::chrono::milliseconds(milliseconds));
      options->threads = 1;
      options->devices.push_back(glooDevice(towards));
      auto below = c10::make_intrusive<c10d::PrefixStore>(whole, store(handle));
      return c10::intrusive_ptr<c10d::Backend>(
          c10::make_intrusive<c10d::ProcessGroupGloo>(std::move(below), rank, count, options));
    };
    auto backend = join(name);
    *out = CTGroup{new Group(std::move(backend), join(std::string(name) + "/gradients"))};
  });
}

double ct_group_waited(CTGroup group) {
  return group.impl == nullptr ? 0 : static_cast<double>(defined(group).waited.load()) * 1e-9;
}

void ct_group_free(CTGroup group) { delete static_cast<Group *>(group.impl); }

CTStatus ct_all_reduce(CTGroup group, const CTTensor *handles, int32_t count, int32_t operation,
                       double divisor, int64_t bytes, CTTensor *out) {
  return guarded([&] {
    const auto &workers = defined(group);
    const Group::Clock clock(workers);
    at::NoGradGuard guard;
    auto tensors = retained(handles, count);
    for (auto &tensor : tensors) {
      if (tensor.defined()) tensor = dense(tensor.detach());
    }
    c10d::AllreduceOptions options;
    options.reduceOp = operation == 1 ? c10d::ReduceOp::MAX : c10d::ReduceOp::SUM;
    std::vector<at::Tensor> packed;
    std::vector<c10::intrusive_ptr<c10d::Work>> works;
    const auto parts = buckets(tensors, bytes);
    for (const auto &part : parts) {
      std::vector<at::Tensor> own;
      own.reserve(part.size());
      for (const auto i : part) own.push_back(flat(tensors[i]));
      packed.push_back(own.size() == 1 ? own[0].clone() : at::cat(own));
      // The next ones are packed meanwhile.
      std::vector<at::Tensor> list{packed.back()};
      works.push_back(workers.backend->allreduce(list, options));
    }
    std::vector<at::Tensor> results(tensors.size());
    for (const auto p : c10::irange(parts.size())) {
      works[p]->wait();
      if (divisor != 1) packed[p].div_(divisor);
      int64_t start = 0;
      for (const auto i : parts[p]) {
        const auto &like = tensors[i];
        results[i] = packed[p].as_strided(like.sizes(), like.strides(), start);
        start += like.numel();
      }
    }
    for (const auto i : c10::irange(results.size())) out[i] = ctorch::handed(std::move(results[i]));
  });
}

CTStatus ct_broadcast(CTGroup group, CTTensor handle, int32_t root, CTTensor *out) {
  return guarded([&] {
    auto tensor = ctorch::defined(handle).detach().contiguous().clone();
    std::vector<at::Tensor> list{tensor};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    if (tensor.numel() > 0) defined(group).backend->broadcast(list, options)->wait();
    *out = ctorch::handed(std::move(tensor));
  });
}

CTStatus ct_all_gather(CTGroup group, CTTensor rows, CTTensor *out) {
  return guarded([&] {
    at::NoGradGuard guard;
    *out = ctorch::handed(defined(group).gathered(ctorch::defined(rows)));
  });
}

// Rows of all workers, differentiable

namespace {

/// Each worker goes on with the rows of all and finds the same loss, of which its own rows get the gradient, N times:
/// the mean over workers of what comes of it is the gradient of the one loss.
struct GatheredRows : torch::autograd::Function<GatheredRows> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &rows, CTGroup handle,
                            const std::vector<int64_t> &counts) {
    const auto &group = defined(handle);
    const int64_t rank = group.rank();
    TORCH_CHECK(static_cast<int64_t>(counts.size()) == group.count() &&
                    counts[static_cast<size_t>(rank)] == rows.size(0),
                "worker ", rank, " has ", rows.size(0), " rows and not those that it should have");
    int64_t start = 0;
    for (const auto r : c10::irange(rank)) start += counts[static_cast<size_t>(r)];
    context->saved_data["start"] = start;
    context->saved_data["count"] = rows.size(0);
    context->saved_data["workers"] = group.count();
    const int64_t most = *std::max_element(counts.begin(), counts.end());
    auto padded = rows.detach();
    if (rows.size(0) < most) {
      auto shape = rows.sizes().vec();
      shape[0] = most - rows.size(0);
      padded = at::cat({padded, at::zeros(shape, rows.options())});
    }
    const auto all = group.gathered(padded);
    std::vector<at::Tensor> parts;
    for (const auto r : c10::irange(counts.size())) {
      parts.push_back(all.narrow(0, static_cast<int64_t>(r) * most, counts[r]));
    }
    return at::cat(parts);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto own = gradients[0].narrow(0, context->saved_data["start"].toInt(),
                                         context->saved_data["count"].toInt());
    return {own * context->saved_data["workers"].toInt(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

CTStatus ct_gather_rows(CTGroup group, CTTensor rows, const int64_t *counts, int32_t count,
                        CTTensor *out) {
  return guarded([&] {
    *out = ctorch::handed(GatheredRows::apply(
        ctorch::defined(rows), group, std::vector<int64_t>(counts, counts + count)));
  });
}

// Gradients of all workers, summed while the backward pass goes on

namespace {

/// Sends gradients off as the backward pass finds them, those of the last layers first, in the order in which they come:
/// it is the same on all workers, as all have the same graph.
class Departures {
 public:
  Departures(const Group &group, size_t count, int64_t bytes)
      : group_(group), bytes_(bytes), places_(count), hasLeft_(count, false) {}

  void take(size_t index, const at::Tensor &gradient) {
    if (!gradient.defined() || hasLeft_[index]) return;
    hasLeft_[index] = true;
    waiting_.push_back({index, dense(gradient.detach())});
    waitingBytes_ += static_cast<int64_t>(gradient.nbytes());
    if (waitingBytes_ >= bytes_) depart();
  }

  /// What is left of `found`, and then the means of all.
  std::vector<at::Tensor> arrive(const std::vector<at::Tensor> &found, double divisor) {
    for (const auto i : c10::irange(found.size())) take(i, found[i]);
    depart();
    for (auto &load : loads_) {
      load.work->wait();
      load.packed.div_(divisor);
    }
    std::vector<at::Tensor> results(found.size());
    for (const auto i : c10::irange(found.size())) {
      if (!hasLeft_[i]) continue;
      const auto &place = places_[i];
      results[i] = loads_[place.load].packed.as_strided(place.sizes, place.strides, place.start);
    }
    return results;
  }

 private:
  struct Place {
    size_t load = 0;
    int64_t start = 0;
    std::vector<int64_t> sizes, strides;
  };
  struct Load {
    at::Tensor packed;
    c10::intrusive_ptr<c10d::Work> work;
  };

  /// Those of one type together.
  void depart() {
    while (!waiting_.empty()) {
      const auto type = waiting_.front().second.scalar_type();
      std::vector<at::Tensor> own;
      std::vector<std::pair<size_t, at::Tensor>> others;
      int64_t start = 0;
      for (auto &[index, gradient] : waiting_) {
        if (gradient.scalar_type() != type) {
          others.push_back({index, gradient});
          continue;
        }
        places_[index] = {loads_.size(), start, gradient.sizes().vec(), gradient.strides().vec()};
        start += gradient.numel();
        own.push_back(flat(gradient));
      }
      at::NoGradGuard guard;
      auto packed = at::cat(own);
      std::vector<at::Tensor> list{packed};
      loads_.push_back({packed, group_.gradients->allreduce(list)});
      waiting_ = std::move(others);
    }
    waitingBytes_ = 0;
  }

  const Group &group_;
  const int64_t bytes_;
  std::vector<std::pair<size_t, at::Tensor>> waiting_;
  int64_t waitingBytes_ = 0;
  std::vector<Place> places_;
  std::vector<bool> hasLeft_;
  std::vector<Load> loads_;
};

/// Watches leaves as long as it lives.
class LeafHooks {
 public:
  LeafHooks(const std::vector<at::Tensor> &leaves, Departures &departures) : leaves_(leaves) {
    for (const auto i : c10::irange(leaves.size())) {
      positions_.push_back(leaves[i].register_hook(
          [i, &departures](const at::Tensor &gradient) { departures.take(i, gradient); }));
    }
  }
  ~LeafHooks() {
    for (const auto i : c10::irange(leaves_.size())) leaves_[i].remove_hook(positions_[i]);
  }
  LeafHooks(const LeafHooks &) = delete;
  LeafHooks &operator=(const LeafHooks &) = delete;

 private:
  const std::vector<at::Tensor> &leaves_;
  std::vector<unsigned> positions_;
};

}  // namespace

CTStatus ct_gradients_over(CTGroup handle, const CTTensor *outputs, int32_t output_count,
                           const CTTensor *inputs, int32_t input_count,
                           const CTTensor *output_gradients, bool retain_graph, int64_t bytes,
                           CTTensor *gradients) {
  return guarded([&] {
    const auto &group = defined(handle);
    const auto seeds = output_gradients == nullptr ? std::vector<at::Tensor>()
                                                   : retained(output_gradients, output_count);
    const auto leaves = retained(inputs, input_count);
    Departures departures(group, leaves.size(), bytes);
    std::vector<at::Tensor> found;
    {
      const LeafHooks hooks(leaves, departures);
      found = torch::autograd::grad(retained(outputs, output_count), leaves, seeds, retain_graph,
                                    /*create_graph=*/false, /*allow_unused=*/true);
    }
    const Group::Clock clock(group);
    auto results = departures.arrive(found, static_cast<double>(group.count()));
    for (size_t i = 0; i < results.size(); ++i) gradients[i] = ctorch::handed(std::move(results[i]));
  });
}
