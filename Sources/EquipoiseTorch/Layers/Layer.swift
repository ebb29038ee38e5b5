// SPDX-License-Identifier: Apache-2.0
/// A module that maps one tensor to another.
public protocol Layer: Module {
  /// The forward pass.
  ///
  /// - Parameters:
  ///   - input: the batch; the layer documents its shape.
  ///   - mode: how statistics and dropout behave.
  /// - Returns: the layer's output.
  func callAsFunction(_ input: Tensor, _ mode: ForwardMode) -> Tensor
}

/// How a forward pass treats what differs between training and evaluation.
public struct ForwardMode {
  /// Which statistics batch normalisation uses.
  public enum Statistics: Sendable {
    /// The batch's, which also move the running ones: training.
    case updatingRunning
    /// The batch's; the running ones are neither used nor changed: a further pass over a batch that
    /// must not leave a trace.
    case batchOnly
    /// The running ones: evaluation.
    case running
  }

  /// Which statistics batch normalisation uses.
  public var statistics: Statistics
  /// The stream dropout draws from; `nil` switches dropout off.
  public var dropout: Generator?
  /// How many rows at the end of a batch every worker has, where several take the rest of it in parts. In shared
  /// statistics each copy counts for its part of one row.
  package var accompanying = 0

  /// A mode put together by hand.
  public init(statistics: Statistics, dropout: Generator?) {
    self.statistics = statistics
    self.dropout = dropout
  }

  /// Running statistics, no dropout.
  public static var evaluation: ForwardMode { ForwardMode(statistics: .running, dropout: nil) }

  /// Batch statistics that move the running ones, and dropout from the given stream.
  public static func training(dropout: Generator? = nil) -> ForwardMode {
    ForwardMode(statistics: .updatingRunning, dropout: dropout)
  }

  /// As in training, but running statistics stay as they are.
  public static func auxiliary(dropout: Generator? = nil) -> ForwardMode {
    ForwardMode(statistics: .batchOnly, dropout: dropout)
  }
}
