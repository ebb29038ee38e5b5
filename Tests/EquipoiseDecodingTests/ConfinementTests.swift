// SPDX-License-Identifier: Apache-2.0
#if os(Linux)
  import CEquipoiseSystem
  import Equipoise
  import Foundation
  import Testing

  @testable import EquipoiseDecoding
  @testable import EquipoiseMedia

  /// A decoder that a file has taken over can do nothing but decode.
  struct ConfinementTests {
    /// What a compromised decoder would try, and what it still needs, in a process of its own.
    @Test(.enabled(if: MediaWorkerPool.isConfined, "needs seccomp"))
    func nothingElseIsAllowed() async {
      await #expect(processExitsWith: .success) {
        let file = open("/proc/self/exe", O_RDONLY)
        let parent = getppid()
        precondition(file >= 0 && equipoise_confine() == 0)
        func expectRefusal(_ what: String, _ code: Int) {
          guard code == -1, errno == EPERM else { fatalError("\(what): \(code), \(errno)") }
        }
        expectRefusal("open to read", Int(open("/etc/passwd", O_RDONLY)))
        expectRefusal("open itself", Int(open("/proc/self/mem", O_RDWR)))
        expectRefusal("open to write", Int(open("written", O_WRONLY | O_CREAT, 0o600)))
        expectRefusal("list", opendir("/") == nil ? -1 : 0)
        expectRefusal("remove", Int(unlink("written")))
        expectRefusal("rename", Int(rename("written", "moved")))
        for family in [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] {
          expectRefusal("socket", Int(socket(family, Int32(SOCK_STREAM.rawValue), 0)))
        }
        expectRefusal("signal", Int(kill(parent, 0)))
        expectRefusal("slow down", Int(setpriority(Int32(PRIO_PROCESS.rawValue), id_t(parent), 19)))
        var (arguments, limit) = ([UnsafeMutablePointer<CChar>?.none], rlimit())
        expectRefusal("become", Int(execve("/bin/true", &arguments, nil)))
        errno = posix_spawn(nil, "/bin/true", nil, nil, &arguments, nil)
        expectRefusal("start", errno == 0 ? 0 : -1)
        expectRefusal("limit", Int(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)))
        let size = 1 << 16
        let code = mmap(nil, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        expectRefusal("map code", code == MAP_FAILED ? -1 : 0)
        let data = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        expectRefusal("turn data into code", Int(mprotect(data, size, PROT_READ | PROT_EXEC)))

        var bytes = [UInt8](repeating: 0, count: 4)
        precondition(pread(file, &bytes, 4, 0) == 4 && bytes[1...] == [69, 76, 70])
        let (ended, large) = (DispatchSemaphore(value: 0), [UInt8](repeating: 1, count: 1 << 27))
        Thread.detachNewThread { ended.signal() }
        precondition(ended.wait(timeout: .now() + 10) == .success && large.count == 1 << 27)
      }
    }

    /// The worker of a pool is so confined, and holds no descriptor but the socket and /dev/null.
    @Test(.enabled(if: MediaWorkerPool.isConfined, "needs seccomp"))
    func workersAreConfined() throws {
      let maker = try MediaMaker()
      let sound = try maker.make("a.wav", "-f lavfi -i sine=duration=0.2")
      let (channel, process) = try Self.worker()
      defer { process.send(SIGKILL) }
      for _ in 0..<2 {
        try Self.ask(.describe(file: sound), channel)
        let answer = try Message.decode(MediaAnswer.self, channel.receiveMessage())
        #expect(answer.description?.duration == 0.2)
      }
      let folder = "/proc/\(process.identifier)"
      let status = try String(contentsOfFile: folder + "/status", encoding: .utf8)
      #expect(status.contains("\nSeccomp:\t2\n") && status.contains("\nNoNewPrivs:\t1\n"))
      // The file of the last request closes after its answer.
      let start = ContinuousClock.now
      var open: [String] = []
      repeat {
        open = try FileManager.default.contentsOfDirectory(atPath: folder + "/fd").sorted()
      } while open != ["0", "1", "2"] && ContinuousClock.now - start < .seconds(10)
      #expect(open == ["0", "1", "2"])
    }

    /// A worker may read the file of its request, whatever file it claims to be about.
    @Test func aWorkerReadsOneFile() throws {
      let maker = try MediaMaker()
      let file = try InputFile(maker.make("a.wav", "-f lavfi -i sine=duration=0.2"))
      let grant = Grant(file: "a", descriptor: file.descriptor, identity: file.identity)
      func duration(_ name: String) throws -> Double {
        try Grant.$current.withValue(grant) { try FFmpegDecoder().describe(name).duration }
      }
      #expect(try duration("a") == 0.2)
      #expect(
        throws: EquipoiseError.media("b", "cannot open the file: it is not the one to be decoded")
      ) { try duration("b") }
    }

    /// In the middle of a request too.
    @Test func workersEndWithTheirParent() throws {
      let maker = try MediaMaker()
      let long = try maker.make(
        "long.mkv",
        "-f lavfi -i testsrc2=size=1920x1080:rate=25:duration=20 -c:v libx264 -preset ultrafast "
          + "-g 9999")
      var (channel, process): (Channel?, ChildProcess) = try Self.worker()
      try channel.map { try Self.ask(.frames(file: long, times: [19.9]), $0) }
      Thread.sleep(forTimeInterval: 0.5)
      #expect(process.poll() == nil)
      channel = nil
      let clock = ContinuousClock.now
      while process.poll() == nil, ContinuousClock.now - clock < .seconds(30) { usleep(10_000) }
      #expect(ContinuousClock.now - clock < .seconds(1))
    }

    private static func worker() throws -> (Channel, ChildProcess) {
      let started = try Channel.pair { end in
        try ChildProcess(
          [WorkerTests.decoder.path] + DecoderLimits(seconds: 60, memory: 1 << 30).arguments,
          input: end, output: .nowhere)
      }
      let greeting = try Message.decode(DecoderGreeting.self, started.0.receiveMessage())
      #expect(greeting == DecoderGreeting(ffmpeg: FFmpegDecoder.versions))
      return started
    }

    private static func ask(_ request: MediaRequest, _ channel: Channel) throws {
      let input = try InputFile(request.file)
      let order = MediaOrder(request: request, identity: input.identity)
      try channel.send(message: order)
      try channel.send(descriptor: input.descriptor)
    }
  }
#endif
