// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// How the affine maps of the decoupling start (decision D11b).
enum LatentBasis {
  /// The right singular vectors of each matrix's rows, largest first, completed by random directions
  /// at right angles to them: the columns V of Φ = Vᵀ and Ψ = V, with which Ψ(Φ(θ)) = θ as long as
  /// there are no fewer columns than rows.
  ///
  /// They are the eigenvectors of the Gram matrix taken to the rows' space, which costs O³ where a
  /// full decomposition costs O²·n; in double precision nothing is lost that single precision has.
  ///
  /// - Parameters:
  ///   - rows: [G, O, n].
  ///   - width: the number of columns, at most n.
  ///   - generator: the stream of the random directions.
  /// - Returns: [G, n, width], orthonormal columns, of the rows' type and on their device.
  static func singular(_ rows: Tensor, width: Int, from generator: Generator) -> Tensor {
    let matrix = rows.detached().to(.cpu, dtype: .float64)
    let kept = min(matrix.size(1), width)
    let gram = matrix.matmul(matrix.transposed(1, 2))
    let leading = gram.symmetricEigen().vectors.reversed(2).slice(0..<kept, dimension: 2)
    var columns = [matrix.transposed(1, 2).matmul(leading)]
    if kept < width {
      let size = [matrix.size(0), matrix.size(2), width - kept]
      columns.append(.normal(size, dtype: .float64, from: generator))
    }
    let basis = Tensor.concatenated(columns, dimension: 2).orthonormalColumns()
    return basis.to(rows.device, dtype: rows.dtype)
  }

  /// N(0, 1 / fan-in).
  static func random(
    _ shape: [Int], like rows: Tensor, from generator: Generator
  ) -> Tensor {
    let numbers = Tensor.normal(shape, dtype: .float64, from: generator)
    return (numbers / Double(shape[1]).squareRoot()).to(rows.device, dtype: rows.dtype)
  }
}
